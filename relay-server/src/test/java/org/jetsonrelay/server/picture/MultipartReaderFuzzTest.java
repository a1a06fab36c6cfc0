// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.picture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jetsonrelay.server.frame.BlockPool;
import org.jetsonrelay.server.fuzz.Fuzz;
import org.junit.jupiter.api.Test;

/// A body of anything has images, an end or a fault, within the limit of an image.
class MultipartReaderFuzzTest {

  private static final int LIMIT = 50_000;

  private final BlockPool pool = new BlockPool(1 << 22);

  @Test
  void readsAnyBodyToItsEnd() throws IOException {
    String counted =
        "--frame\r\nContent-Type: image/jpeg\r\nContent-Length: 5\r\nX-Timestamp: 1755500000.5\r\n\r\nabcde\r\n";
    String open = "--frame\r\nContent-Type: image/jpeg\r\n\r\nab--frame\r\n-cde\r\n";
    Fuzz.of("multipart")
        .from(counted + counted + "--frame--\r\n")
        .from("preamble\r\n" + open + counted + open + "--frame--")
        .from("--frame\n\nabc\n--frame\n\n\n\n--frame--\n")
        .words("\r\n", "\n\n", "--frame", "--frame--", "Content-Length: ", "-1", "X-Timestamp: ")
        .run(this::feed);
  }

  private void feed(byte[] input) throws IOException {
    for (int piece : new int[] {1 + input.length % 7, 4_096}) {
      try (FrameBuffer image = new FrameBuffer(pool, LIMIT)) {
        MultipartReader reader =
            new MultipartReader(MultipartReaderTest.pieces(input, piece), "frame");
        int images = 0;
        while (reader.next(image)) {
          assertThat(image.length()).isBetween(1, LIMIT);
          images++;
        }
        assertThat(images).isLessThanOrEqualTo(input.length);
        assertThat(reader.next(image)).as("the end stays the end").isFalse();
      } catch (IngestException | EOFException expected) {
        // an answer, or the end of the connection
      }
      assertThat(pool.outstanding()).isZero();
    }
  }

  @Test
  void findsABoundaryInAnyContentTypeOrNone() throws IOException {
    Fuzz.of("content-type")
        .from("multipart/x-mixed-replace;boundary=frame")
        .from("multipart/x-mixed-replace; charset=x; Boundary = \"a b'c\"")
        .words("boundary", "=", ";", "\"", " ")
        .run(input -> {
          Optional<String> boundary =
              MultipartReader.boundary(new String(input, StandardCharsets.ISO_8859_1));
          boundary.ifPresent(found -> assertThat(found.length()).isLessThanOrEqualTo(70));
        });
  }
}
