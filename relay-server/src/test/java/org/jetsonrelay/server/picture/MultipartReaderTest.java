// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.jetsonrelay.server.frame.Block;
import org.jetsonrelay.server.frame.BlockPool;
import org.jetsonrelay.server.frame.Frame;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class MultipartReaderTest {

  private static final int LIMIT = 100_000;

  private final BlockPool pool = new BlockPool(1 << 20);

  @AfterEach
  void givesAllMemoryBack() {
    assertThat(pool.outstanding()).isZero();
  }

  /// Gives a body in pieces of one size, then its end.
  static ByteSource pieces(byte[] body, int size) {
    int[] at = {0};
    return (into, offset, length) -> {
      int count = Math.min(Math.min(size, length), body.length - at[0]);
      if (count == 0) {
        return -1;
      }
      System.arraycopy(body, at[0], into, offset, count);
      at[0] += count;
      return count;
    };
  }

  private List<byte[]> read(ByteSource source, String boundary)
      throws IOException, IngestException {
    List<byte[]> images = new ArrayList<>();
    try (FrameBuffer image = new FrameBuffer(pool, LIMIT)) {
      MultipartReader reader = new MultipartReader(source, boundary);
      while (reader.next(image)) {
        images.add(bytes(image));
      }
      assertThat(reader.next(image)).isFalse();
    }
    return images;
  }

  private static byte[] bytes(FrameBuffer image) {
    int length = image.length();
    Block block = Objects.requireNonNull(image.take());
    byte[] bytes = new byte[length];
    block.memory().get(Frame.HEADROOM, bytes);
    block.release();
    return bytes;
  }

  private static byte[] body(Object... parts) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (Object part : parts) {
      body.writeBytes(
          part instanceof byte[] bytes
              ? bytes
              : ((String) part).getBytes(StandardCharsets.ISO_8859_1));
    }
    return body.toByteArray();
  }

  /// Bytes full of what looks like line ends and boundaries.
  private static byte[] nasty(int length, long seed) {
    Random random = new Random(seed);
    byte[] alphabet = "\r\n--b\rcut".getBytes(StandardCharsets.ISO_8859_1);
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = alphabet[random.nextInt(alphabet.length)];
    }
    bytes[0] = (byte) 0xff;
    bytes[1] = (byte) 0xd8;
    return bytes;
  }

  static Stream<byte[]> bodies() {
    byte[] a = nasty(700, 1);
    byte[] b = nasty(40_000, 2);
    String length = "Content-Type: image/jpeg\r\nContent-Length: ";
    return Stream.of(
        // as ffmpeg's mpjpeg writes it
        body(
            "--frame\r\nContent-type: image/jpeg\r\nContent-length: 700\r\n\r\n",
            a,
            "\r\n--frame\r\n",
            "Content-type: image/jpeg\r\nContent-length: 40000\r\n\r\n",
            b,
            "\r\n--frame\r\n"),
        // as GStreamer's multipartmux writes it
        body(
            "--frame\r\n" + length + "700\r\n\r\n",
            a,
            "\r\n--frame\r\n" + length + "40000\r\n\r\n",
            b,
            "\r\n"),
        // without lengths, with a preamble, padding and an end
        body(
            "this is a preamble\r\n\r\n--frame \t\r\n\r\n",
            a,
            "\r\n--frame\r\nContent-Type: image/jpeg; q=1\r\n\r\n",
            b,
            "\r\n--frame--\r\nand an epilogue"),
        // both, with bare line feeds in the headers, an empty part and a blank line too many
        body(
            "--frame\nContent-Length: 700\n\n",
            a,
            "\r\n\r\n--frame\r\nX-Waiting: 1\r\n\r\n\r\n--frame\r\n\r\n",
            b,
            "\r\n--frame--"));
  }

  @ParameterizedTest
  @MethodSource("bodies")
  void findsTheSameImagesHoweverTheBodyIsCutUp(byte[] body) throws Exception {
    for (int size : new int[] {1, 2, 3, 7, 64, 1_000, 8_191, 1 << 20}) {
      assertThat(read(pieces(body, size), "frame"))
          .as("in pieces of %d", size)
          .containsExactly(nasty(700, 1), nasty(40_000, 2));
    }
  }

  @ParameterizedTest
  @MethodSource("bodies")
  void whateverIsCutOffTakesNoWholeImageAwayAndAddsNone(byte[] body) throws Exception {
    for (int end = 0; end < body.length; end += 97) {
      byte[] cut = Arrays.copyOf(body, end);
      List<byte[]> images = read(pieces(cut, 4_096), "frame");
      assertThat(images.size()).isLessThanOrEqualTo(2);
      if (!images.isEmpty()) {
        assertThat(images.getFirst()).isEqualTo(nasty(700, 1));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--frame\r\nno colon here\r\n\r\n",
        "--frame\r\n: no name\r\n\r\n",
        "--frame\r\nContent-Length: -1\r\n\r\n",
        "--frame\r\nContent-Length: 0x10\r\n\r\n",
        "--frame\r\nContent-Length: \r\n\r\n",
        "--frame\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "--frame\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcd",
        "--frame\r\nContent-Length: 4\r\n\r\nabcdefgh\r\n--frame\r\n",
        "--frame\r\nContent-Length: 4\r\n\r\nabcd\r\n--other\r\n",
        "--frame\r\nContent-Length: 4\r\n\r\nabcd\r\n\r\n\r\n\r\n--frame\r\n",
        "--frame\r\n\r\nab\r\n--framework\r\n\r\n",
      })
  void refusesWhatIsMalformed(String body) {
    assertThatExceptionOfType(IngestException.class)
        .isThrownBy(() -> read(pieces(body(body), 5), "frame"))
        .satisfies(e -> assertThat(e.status().code()).isEqualTo(400));
  }

  @Test
  void refusesImagesOfOtherKinds() {
    assertThatExceptionOfType(IngestException.class)
        .isThrownBy(() -> read(pieces(body("--f\r\nContent-Type: text/html\r\n\r\n"), 9), "f"))
        .satisfies(e -> assertThat(e.status().code()).isEqualTo(415));
  }

  @Test
  void refusesAnImageOfOneByteMoreThanTheLimitByItsWordAndByItsBytes() throws Exception {
    byte[] most = nasty(LIMIT, 3);
    byte[] more = nasty(LIMIT + 1, 3);
    assertThat(read(pieces(body("--f\r\nContent-Length: 100000\r\n\r\n", most), 9_999), "f"))
        .containsExactly(most);
    assertThat(read(pieces(body("--f\r\n\r\n", most, "\r\n--f--"), 9_999), "f"))
        .containsExactly(most);
    for (byte[] body :
        List.of(
            body("--f\r\nContent-Length: 100001\r\n\r\n"),
            body("--f\r\n\r\n", more, "\r\n--f--"))) {
      assertThatExceptionOfType(IngestException.class)
          .isThrownBy(() -> read(pieces(body, 9_999), "f"))
          .satisfies(e -> assertThat(e.status().code()).isEqualTo(413));
    }
  }

  @Test
  void holdsNoMemoryForALengthThatIsOnlyStated() throws Exception {
    BlockPool small = new BlockPool(0);
    try (FrameBuffer image = new FrameBuffer(small, 512 << 20)) {
      image.append(new byte[10], 0, 10);
      Block block = Objects.requireNonNull(image.take());
      assertThat(block.capacity()).isLessThan(64 << 10);
      block.release();
    }
  }

  @Test
  void refusesTooManyHeaderLinesAndTooLongOnes() throws Exception {
    String most = "A: b\r\n".repeat(MultipartReader.MAX_HEADER_LINES);
    String longest = "A: " + "b".repeat(MultipartReader.MAX_LINE_BYTES - 4);
    assertThat(read(pieces(body("--f\r\n" + most + "\r\nx\r\n--f--"), 50), "f")).hasSize(1);
    assertThat(read(pieces(body("--f\r\n" + longest + "\r\n\r\nx\r\n--f--"), 50), "f")).hasSize(1);
    for (String header : List.of(most + "A: b", longest + "bb", longest.repeat(100))) {
      assertThatExceptionOfType(IngestException.class)
          .isThrownBy(() -> read(pieces(body("--f\r\n" + header + "\r\n\r\nx\r\n--f--"), 50), "f"));
    }
  }

  @Test
  void refusesABodyThatDoesNotBeginWithItsBoundary() {
    String line = "x".repeat(998) + "\r\n";
    assertThatExceptionOfType(IngestException.class)
        .isThrownBy(() -> read(pieces(body(line.repeat(5), "--f\r\n"), 100), "f"));
  }

  @Test
  void understandsBoundariesAsTheStandardWantsThem() {
    assertThat(MultipartReader.boundary("multipart/x-mixed-replace;boundary=ffmpeg"))
        .contains("ffmpeg");
    assertThat(MultipartReader.boundary("multipart/x-mixed-replace; Boundary=\"a b:c\"; x=y"))
        .contains("a b:c");
    String longest = "b".repeat(MultipartReader.MAX_BOUNDARY_CHARS);
    assertThat(MultipartReader.boundary("multipart/x;boundary=" + longest)).contains(longest);
    assertThat(MultipartReader.boundary("multipart/x;boundary=" + longest + "b")).isEmpty();
    for (String none :
        List.of(
            "",
            ";boundary=",
            ";boundary=\"\"",
            ";boundary=\"a \"",
            ";boundary=\"a\rb\"",
            ";xboundary=a")) {
      assertThat(MultipartReader.boundary("multipart/x" + none)).as(none).isEmpty();
    }
  }

  @Test
  void tellsWhenAnImageWasCaptured() throws Exception {
    try (FrameBuffer image = new FrameBuffer(pool, LIMIT)) {
      MultipartReader reader =
          new MultipartReader(
              pieces(
                  body("--f\r\nX-Timestamp: 1755500000.123456\r\n\r\nx\r\n--f\r\n\r\ny\r\n--f--"),
                  8),
              "f");
      assertThat(reader.next(image)).isTrue();
      assertThat(reader.timestampMillis()).isEqualTo(1_755_500_000_123L);
      assertThat(reader.next(image)).isTrue();
      assertThat(reader.timestampMillis()).isZero();
    }
  }

  @Test
  void anyBytesAtAllEndInImagesOrARefusal() throws Exception {
    byte[] body = bodies().skip(2).findFirst().orElseThrow();
    Random random = new Random(20_250_825);
    for (int round = 0; round < 2_000; round++) {
      byte[] broken = Arrays.copyOf(body, 900);
      for (int i = random.nextInt(6); i >= 0; i--) {
        broken[random.nextInt(broken.length)] = (byte) random.nextInt(256);
      }
      try {
        assertThat(read(pieces(broken, 1 + random.nextInt(300)), "frame").size())
            .isLessThanOrEqualTo(2);
      } catch (IngestException expected) {
        assertThat(expected.status().code()).isBetween(400, 415);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 1_000})
  void takesTheChunksOffABody(int size) throws Exception {
    ByteSource body =
        new ChunkedBody(
            pieces(
                body("4\r\nabcd\r\n00A;x=\"y\"\r\n0123456789\r\n0\r\nTrailer: 1\r\n\r\n"), size));
    byte[] all = new byte[32];
    int read = 0;
    int count = body.read(all, 0, 32);
    while (count >= 0) {
      read += count;
      count = body.read(all, read, 32 - read);
    }
    assertThat(new String(all, 0, read, StandardCharsets.ISO_8859_1)).isEqualTo("abcd0123456789");
    assertThat(body.read(all, 0, 32)).isEqualTo(-1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\r\n",
        "x\r\n",
        "-1\r\n",
        " 4\r\nabcd",
        "4 4\r\nabcd",
        "4\nabcd",
        "4\rabcd",
        "4\r\nabcde\r\n",
        "1000000000000000\r\n",
        "4;"
      })
  void refusesChunksThatAreNone(String body) {
    String padded = body.equals("4;") ? body + "x".repeat(ChunkedBody.MAX_HEAD_BYTES) : body;
    ByteSource chunks = new ChunkedBody(pieces(body(padded), 100));
    byte[] into = new byte[100];
    assertThatExceptionOfType(IngestException.class)
        .isThrownBy(() -> {
          while (chunks.read(into, 0, 100) >= 0) {
            assertThat(into).isNotEmpty();
          }
        });
  }

  @Test
  void refusesTrailersWithoutEnd() {
    ByteSource chunks =
        new ChunkedBody(pieces(body("0\r\n" + "T: 12345678\r\n".repeat(400) + "\r\n"), 100));
    assertThatExceptionOfType(IngestException.class)
        .isThrownBy(() -> chunks.read(new byte[1], 0, 1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"4\r\nab", "4", "4\r\nabcd", "0\r\n"})
  void aBodyThatEndsWithinItsChunksIsAnError(String body) {
    ByteSource chunks = new ChunkedBody(pieces(body(body), 100));
    byte[] into = new byte[100];
    assertThatExceptionOfType(EOFException.class)
        .isThrownBy(() -> {
          while (chunks.read(into, 0, 100) >= 0) {
            assertThat(into).isNotEmpty();
          }
        });
  }
}
