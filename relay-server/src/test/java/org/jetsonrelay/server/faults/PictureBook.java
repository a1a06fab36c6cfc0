// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32C;
import org.jetsonrelay.server.Jpegs;

/// The pictures that cameras send in a trial: a folder for each camera, and their check sums.
/// Immutable once made.
final class PictureBook {

  private static final int PICTURES = 10;

  private final Path folder;
  private final Map<String, Set<Long>> sums = new HashMap<>();

  private PictureBook(Path folder) {
    this.folder = folder;
  }

  /// Writes pictures of about so many bytes, no two alike, for cameras `camera-0` and so on.
  static PictureBook write(Path folder, int cameras, int bytes, long seed) throws IOException {
    PictureBook book = new PictureBook(folder);
    for (int camera = 0; camera < cameras; camera++) {
      String name = name(camera);
      Path own = Files.createDirectories(folder.resolve(name));
      Set<Long> known = new HashSet<>();
      for (int i = 0; i < PICTURES; i++) {
        byte[] picture = Jpegs.jpeg(bytes + 97 * i, seed * 1_000_003 + camera * 1_000L + i);
        known.add(sum(picture, picture.length));
        Files.write(own.resolve("%02d.jpg".formatted(i)), picture);
      }
      book.sums.put(name, known);
    }
    return book;
  }

  static String name(int camera) {
    return "camera-" + camera;
  }

  Path folder(String camera) {
    return folder.resolve(camera);
  }

  /// Whether these bytes are one of the camera's pictures, all of it.
  boolean has(String camera, byte[] bytes, int length) {
    return sums.getOrDefault(camera, Set.of()).contains(sum(bytes, length));
  }

  private static long sum(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (crc.getValue() << 32) | length;
  }
}
