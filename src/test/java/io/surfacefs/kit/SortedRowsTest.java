package io.surfacefs.kit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SortedRowsTest {
    /** As many of them as are held, or of which all but a few are in a file; few and many that begin with the same. */
    @ParameterizedTest
    @CsvSource({"0,10,5", "1,10,5", "500,1000,50", "5000,100,1000000", "5000,700,7", "5000,5000,3", "5120,512,2"})
    void rowsAreFoundByWhatTheyBeginWithAndComeInOrderHeldOrSpilled(int count, int held, int distinct)
            throws IOException {
        Random dice = new Random(count + held);
        List<long[]> expected = new ArrayList<>();
        try (SortedRows rows = new SortedRows(3, held)) {
            for (int i = 0; i < count; i++) {
                long first = dice.nextInt(distinct) * 0x9e3779b97f4a7c15L;
                expected.add(new long[] {first, i, -i});
                rows.add(first, i, -i);
            }
            rows.freeze();
            expected.sort(Arrays::compare);
            assertEquals(count, rows.size());
            SortedRows.Cursor cursor = rows.new Cursor();
            for (long[] row : expected) {
                assertArrayEquals(row, cursor.next());
            }
            assertNull(cursor.next());
            for (int i = 0; i < Math.min(distinct, 1000); i++) {
                long first = i * 0x9e3779b97f4a7c15L;
                assertArrayEquals(
                        expected.stream()
                                .filter(row -> row[0] == first)
                                .flatMapToLong(Arrays::stream)
                                .toArray(),
                        rows.of(first));
                assertEquals(0, rows.of(first + 1).length);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"0", "10", "100000", "10000000"})
    void bytesAreReadFromWhereTheyWerePutHeldOrSpilled(int held) throws IOException {
        Random dice = new Random(held);
        List<byte[]> put = new ArrayList<>();
        List<Long> places = new ArrayList<>();
        try (Scratch scratch = new Scratch(held)) {
            for (int i = 0; i < 1000; i++) {
                byte[] bytes = new byte[dice.nextInt(1000)];
                dice.nextBytes(bytes);
                put.add(bytes);
                places.add(scratch.append(bytes));
            }
            scratch.flush();
            assertEquals(held < scratch.size(), scratch.spilled());
            for (int i = 0; i < put.size(); i++) {
                assertArrayEquals(put.get(i), scratch.read(places.get(i), put.get(i).length));
            }
        }
    }
}
