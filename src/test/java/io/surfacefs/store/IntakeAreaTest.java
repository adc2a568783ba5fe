package io.surfacefs.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.store.fs.RealDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IntakeAreaTest {
    @TempDir
    Path folder;

    private long files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.count();
        }
    }

    @Test
    void smallUploadsStayInMemoryAndLargeOnesBecomeOneFileThatGoesAgain() throws IOException {
        IntakeArea area = new IntakeArea(new RealDisk(1), folder, 10 << 20);
        byte[] block = TestArtefacts.noise(1, 600_000);
        try (IntakeArea.Intake small = area.open();
                IntakeArea.Intake large = area.open()) {
            small.write(block, 0, block.length);
            assertArrayEquals(block, ((BlobSource.Bytes) small.finish()).bytes());
            assertEquals(0, files());
            large.write(block, 0, block.length);
            large.write(block, 0, block.length);
            BlobSource.LocalFile file = (BlobSource.LocalFile) large.finish();
            assertEquals(1_200_000, Files.size(file.file()));
            assertEquals(1, files());
        }
        assertEquals(0, files());
    }

    @Test
    void allFilesTogetherStayWithinTheQuotaAndRoomComesBack() {
        IntakeArea area = new IntakeArea(new RealDisk(1), folder, 3 << 20);
        byte[] block = TestArtefacts.noise(2, 2 << 20);
        try (IntakeArea.Intake first = area.open()) {
            first.write(block, 0, block.length);
            try (IntakeArea.Intake second = area.open()) {
                assertEquals(
                        ErrorCode.OVERLOADED,
                        assertThrows(SurfaceException.class, () -> second.write(block, 0, block.length))
                                .code());
            }
        }
        try (IntakeArea.Intake third = area.open()) {
            third.write(block, 0, block.length);
            assertEquals(2 << 20, third.finish().size());
        }
    }
}
