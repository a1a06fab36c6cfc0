// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.capture.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.OptionalDouble;
import org.jetsonrelay.agent.capture.Picture;
import org.jetsonrelay.agent.capture.Source.Read;
import org.jetsonrelay.agent.capture.SourceException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderSourceTest {

  private static final Duration LONG = Duration.ofSeconds(10);

  @TempDir Path folder;

  private final Picture picture = new Picture(4);

  private void jpeg(String name, int mark) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, new byte[] {(byte) 0xFF, (byte) 0xD8, (byte) 0xFF, (byte) mark, 0, 0});
  }

  private FolderSource source(OptionalDouble fps, int most) {
    return new FolderSource(folder, fps, most, InstantSource.system());
  }

  private int next(FolderSource source) throws SourceException, InterruptedException {
    assertThat(source.read(picture, LONG)).isEqualTo(Read.PICTURE);
    assertThat(picture.data().limit()).isEqualTo(6);
    return picture.data().get(3);
  }

  @Test
  void replaysAllFilesInOrderAgainAndAgain()
      throws IOException, SourceException, InterruptedException {
    jpeg("b.jpg", 2);
    jpeg("a/z.JPEG", 1);
    jpeg("c.jpg", 3);
    Files.writeString(folder.resolve("note.txt"), "not a picture");
    Files.writeString(folder.resolve("bb.jpg"), "not a JPEG either");
    try (FolderSource source = source(OptionalDouble.of(240), 10)) {
      source.open();
      for (int round = 0; round < 3; round++) {
        assertThat(next(source)).isEqualTo(1);
        assertThat(next(source)).isEqualTo(2);
        assertThat(next(source)).isEqualTo(3);
      }
    }
  }

  @Test
  void waitsForAFrameThatIsNotDue() throws IOException, SourceException, InterruptedException {
    jpeg("x_1751959757.107.jpg", 1);
    jpeg("y_1751959758.607.jpg", 2);
    try (FolderSource source = source(OptionalDouble.empty(), 10)) {
      source.open();
      assertThat(next(source)).isEqualTo(1);
      assertThat(source.read(picture, Duration.ofMillis(10))).isEqualTo(Read.TIMEOUT);
    }
  }

  @Test
  void takesAsManyFilesAsAllowedAndNoMore()
      throws IOException, SourceException, InterruptedException {
    jpeg("1.jpg", 1);
    jpeg("2.jpg", 2);
    try (FolderSource source = source(OptionalDouble.of(1), 2)) {
      source.open();
    }
    jpeg("3.jpg", 3);
    try (FolderSource source = source(OptionalDouble.of(1), 2)) {
      assertThatThrownBy(source::open).hasMessageContaining("more than 2 JPEG files");
    }
  }

  @Test
  void saysWhatIsMissing() throws IOException, SourceException, InterruptedException {
    try (FolderSource source = source(OptionalDouble.of(1), 2)) {
      assertThatThrownBy(source::open).hasMessageContaining("there is no .jpg");
      Files.writeString(folder.resolve("a.jpg"), "text");
      source.open();
      assertThatThrownBy(() -> source.read(picture, LONG))
          .hasMessageContaining("is a JPEG that can");
    }
  }

  @Test
  void readsTheTimeInAName() {
    assertThat(FileTime.nanos("image_0101_1751959757.307.jpg"))
        .hasValue(1_751_959_757_307_000_000L);
    assertThat(FileTime.nanos("a_12.jpg")).hasValue(12_000_000_000L);
    assertThat(FileTime.nanos("a-12.jpg")).isEmpty();
    assertThat(FileTime.nanos("a_99999999999.jpg")).isEmpty();
  }
}
