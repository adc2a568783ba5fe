package io.surfacefs.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.surfacefs.model.SurfaceException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Taking answers apart. */
class JsonPartsTest {
    private static JsonParts.Answer read(String json) {
        return JsonParts.read(json.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void everyByteOfAPartIsKeptAsItStands() {
        String one = "{\"n\":1e21 , \"s\":\"} ] \\\" é\\u00e9\",\"a\":[{},[1]]}";
        JsonParts.Answer answer =
                read("{\"manifests\":[ " + one + ",{} , 3, [4]],\"next\":\"t\",\"o\":" + one + ",\"z\":null}");
        List<String> elements = answer.arrays().get("manifests").stream()
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                .toList();
        assertEquals(List.of(one, "{}"), elements);
        assertEquals(one, new String(answer.object("o"), StandardCharsets.UTF_8));
        assertEquals("t", answer.scalars().get("next"));
        assertThrows(SurfaceException.class, () -> answer.object("z"));
    }

    @Test
    void whatIsNoObjectIsTold() {
        for (String json : new String[] {"", "[]", "3", "{", "{\"a\":[1", "nonsense"}) {
            assertThrows(SurfaceException.class, () -> read(json), json);
        }
    }
}
