// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import org.jetsonrelay.server.picture.PictureSettings;
import org.jetsonrelay.server.websocket.RawWebSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Cameras that are fed by a POST, against a real relay.
@Timeout(60)
final class IngestTest {

  private static final byte[] ONE = PictureRelay.jpeg(3_000, 1);
  private static final byte[] TWO = PictureRelay.jpeg(5_000, 2);
  private static final String MULTIPART = "multipart/x-mixed-replace;boundary=cut";

  private static PictureSettings settings(int maxBytes, Duration read, Duration hold) {
    PictureSettings usual = PictureSettings.defaults();
    return new PictureSettings(
        usual.maxViewers(),
        maxBytes,
        usual.sendBufferBytes(),
        usual.fresh(),
        usual.startWait(),
        usual.maxWait(),
        usual.writeLimit(),
        usual.stalledAfter(),
        read,
        usual.keepAlive(),
        usual.idleLimit(),
        hold);
  }

  private static byte[] part(byte[] image) {
    ByteArrayOutputStream part = new ByteArrayOutputStream();
    part.writeBytes(
        ("Content-Type: image/jpeg\r\nContent-Length: " + image.length + "\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII));
    part.writeBytes(image);
    part.writeBytes("\r\n--cut\r\n".getBytes(StandardCharsets.US_ASCII));
    return part.toByteArray();
  }

  private static byte[] chunk(byte[] bytes) {
    ByteArrayOutputStream chunk = new ByteArrayOutputStream();
    chunk.writeBytes(
        (Integer.toHexString(bytes.length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
    chunk.writeBytes(bytes);
    chunk.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
    return chunk.toByteArray();
  }

  /// Opens a stream of images and sends its first boundary.
  private static RawWebSocket stream(PictureRelay relay, String name) throws IOException {
    RawWebSocket sender =
        relay.raw(
            """
            POST /cameras/%s HTTP/1.1\r
            Host: x\r
            Transfer-Encoding: chunked\r
            Content-Type: %s\r
            \r
            """
                .formatted(name, MULTIPART));
    sender.send(chunk("--cut\r\n".getBytes(StandardCharsets.US_ASCII)));
    return sender;
  }

  private static void showsUp(PictureRelay relay, String name, byte[] image) {
    await()
        .untilAsserted(() ->
            assertThat(relay.get("/cameras/" + name + "/snapshot.jpg?maxAge=60000&wait=0").body())
                .isEqualTo(image));
  }

  @Test
  void takesAStreamForAsLongAsItLasts() throws Exception {
    try (PictureRelay relay = PictureRelay.start(Map.of());
        RawWebSocket sender = stream(relay, "posted")) {
      sender.send(chunk(part(ONE)));
      showsUp(relay, "posted", ONE);
      byte[] part = part(TWO);
      for (byte b : part) { // a chunk for each byte
        sender.send(chunk(new byte[] {b}));
      }
      showsUp(relay, "posted", TWO);
      assertThat(relay.text("/cameras")).contains("\"sequence\":2");
      sender.send("0\r\n\r\n");
      String answer = sender.readResponse();
      assertThat(answer).startsWith("HTTP/1.1 200 ").endsWith("{\"frames\":2}");
      assertThat(answer.toLowerCase(Locale.ROOT)).contains("connection: close");
      await().until(() -> relay.text("/cameras").equals("{\"cameras\":[]}"));
    }
  }

  @Test
  void takesAStreamOfKnownLengthThatAsksBeforeItSends() throws Exception {
    byte[] part = part(ONE);
    byte[] begin = "--cut\r\n".getBytes(StandardCharsets.US_ASCII);
    try (PictureRelay relay = PictureRelay.start(Map.of());
        RawWebSocket sender =
            relay.raw(
                """
                POST /cameras/p HTTP/1.1\r
                Host: x\r
                Content-Length: %d\r
                Expect: 100-continue\r
                Content-Type: %s\r
                \r
                """
                    .formatted(begin.length + part.length, MULTIPART))) {
      assertThat(sender.readHead()).startsWith("HTTP/1.1 100 ");
      sender.send(begin);
      sender.send(part);
      assertThat(sender.readResponse()).startsWith("HTTP/1.1 200 ").endsWith("{\"frames\":1}");
    }
  }

  @Test
  void theCameraGoesWithAConnectionThatBreaks() throws Exception {
    try (PictureRelay relay = PictureRelay.start(Map.of())) {
      try (RawWebSocket sender = stream(relay, "posted")) {
        sender.send(chunk(part(ONE)));
        relay.awaitCamera("posted");
        sender.send(chunk("Content-Length: 5000\r\n\r\nhalf".getBytes(StandardCharsets.US_ASCII)));
      }
      await().until(() -> relay.text("/cameras").equals("{\"cameras\":[]}"));
    }
  }

  @Test
  void aNewerPublisherTakesTheName() throws Exception {
    try (PictureRelay relay = PictureRelay.start(Map.of());
        RawWebSocket old = stream(relay, "front");
        RawWebSocket quiet = stream(relay, "rear")) {
      old.send(chunk(part(ONE)));
      quiet.send(chunk(part(ONE)));
      relay.awaitCamera("front");
      relay.awaitCamera("rear");
      try (RawWebSocket camera = relay.camera("front");
          RawWebSocket _ = relay.camera("rear")) {
        camera.frame(RawWebSocket.BINARY, TWO);
        showsUp(relay, "front", TWO);
        old.send(chunk(part(ONE)));
        assertThat(old.readResponse()).startsWith("HTTP/1.1 409 ");
        // One that sends nothing cannot be told, and is cut.
        assertThat(quiet.readToEnd()).hasSizeLessThan(2);
        showsUp(relay, "front", TWO);
        assertThat(relay.post("/cameras/front", "image/jpeg", ONE).statusCode()).isEqualTo(200);
        camera.readToEnd();
        showsUp(relay, "front", ONE);
      }
    }
  }

  @Test
  void takesSingleImagesAndKeepsTheCameraForAWhile() throws Exception {
    PictureSettings settings = settings(1 << 20, Duration.ofSeconds(10), Duration.ofSeconds(2));
    try (PictureRelay relay = PictureRelay.start(Map.of(), settings)) {
      HttpResponse<byte[]> first =
          relay.post("/cameras/single", "image/jpeg", ONE, "X-Timestamp", "1755500000.25");
      assertThat(first.statusCode()).isEqualTo(200);
      assertThat(new String(first.body(), StandardCharsets.US_ASCII)).isEqualTo("{\"sequence\":1}");
      assertThat(relay.get("/cameras/single/snapshot.jpg?maxAge=60000").body()).isEqualTo(ONE);
      HttpResponse<byte[]> second = relay.post("/cameras/single", "image/jpeg", TWO);
      assertThat(new String(second.body(), StandardCharsets.US_ASCII))
          .isEqualTo("{\"sequence\":2}");
      assertThat(relay.get("/cameras/single/snapshot.jpg?maxAge=60000").body()).isEqualTo(TWO);
      await()
          .atMost(Duration.ofSeconds(15))
          .until(() -> relay.text("/cameras").equals("{\"cameras\":[]}"));
    }
  }

  @Test
  void doesNotFightForANameWithSingleImages() throws Exception {
    try (PictureRelay relay = PictureRelay.start(Map.of())) {
      assertThat(relay.post("/cameras/front", "image/jpeg", ONE).statusCode()).isEqualTo(200);
      try (RawWebSocket camera = RawWebSocket.open(relay.port(), "/ws")) {
        camera.text("{\"type\":\"client_type\",\"clientType\":\"jetson\",\"name\":\"front\"}");
        camera.frame(RawWebSocket.BINARY, TWO);
        showsUp(relay, "front", TWO);
        assertThat(relay.post("/cameras/front", "image/jpeg", ONE).statusCode()).isEqualTo(409);
        showsUp(relay, "front", TWO);
      }
      await().until(() -> relay.post("/cameras/front", "image/jpeg", ONE).statusCode() == 200);
    }
  }

  @Test
  void refusesWhatIsNoImage() throws Exception {
    PictureSettings settings = settings(4_000, Duration.ofSeconds(10), Duration.ofSeconds(2));
    try (PictureRelay relay = PictureRelay.start(Map.of(), settings)) {
      byte[] text = "no image".getBytes(StandardCharsets.US_ASCII);
      assertThat(relay.post("/cameras/x", "image/jpeg", text).statusCode()).isEqualTo(415);
      assertThat(relay.post("/cameras/x", "image/jpeg", new byte[0]).statusCode()).isEqualTo(415);
      assertThat(relay.post("/cameras/x", "image/png", ONE).statusCode()).isEqualTo(415);
      assertThat(relay.post("/cameras/x", "multipart/x-mixed-replace", ONE).statusCode())
          .isEqualTo(400);
      assertThat(relay.post("/cameras/not%20a%20name", "image/jpeg", ONE).statusCode())
          .isEqualTo(400);
      assertThat(relay.post("/cameras/x", "image/jpeg", new byte[4_001]).statusCode())
          .isEqualTo(413);
      try (RawWebSocket sender = stream(relay, "x")) {
        sender.send(chunk("Content-Length: 4001\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
        assertThat(sender.readResponse()).startsWith("HTTP/1.1 413 ");
      }
      try (RawWebSocket sender = stream(relay, "x")) {
        sender.send(chunk(part(text)));
        assertThat(sender.readResponse()).startsWith("HTTP/1.1 415 ");
      }
      try (RawWebSocket sender = stream(relay, "x")) {
        sender.send("no chunk\r\n");
        assertThat(sender.readResponse()).startsWith("HTTP/1.1 400 ");
      }
      assertThat(relay.text("/cameras")).isEqualTo("{\"cameras\":[]}");
    }
  }

  @Test
  void aChunkOfTwoGigabytesIsReadPieceByPieceOrNotAtAll() throws Exception {
    try (PictureRelay relay = PictureRelay.start(Map.of());
        RawWebSocket sender =
            relay.raw(
                "POST /cameras/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
                    + "Content-Type: "
                    + MULTIPART
                    + "\r\n\r\n7fffffff\r\n--cut\r\n");
        RawWebSocket elsewhere =
            relay.raw(
                """
                POST /health HTTP/1.1\r
                Host: x\r
                Transfer-Encoding: chunked\r
                \r
                7fffffff\r
                """)) {
      sender.send(part(ONE));
      showsUp(relay, "x", ONE);
      // It is answered at once; that the rest is not gathered shows in the connection's end.
      assertThat(elsewhere.readResponse()).startsWith("HTTP/1.1 4");
      elsewhere.readToEnd();
    }
  }

  @Test
  void aSenderThatFallsSilentIsCut() throws Exception {
    PictureSettings settings = settings(1 << 20, Duration.ofMillis(300), Duration.ofSeconds(2));
    try (PictureRelay relay = PictureRelay.start(Map.of(), settings);
        RawWebSocket sender = stream(relay, "x");
        RawWebSocket single =
            relay.raw(
                """
                POST /cameras/y HTTP/1.1\r
                Host: x\r
                Content-Length: 1000\r
                Content-Type: image/jpeg\r
                \r
                abc\
                """)) {
      sender.send(chunk(part(ONE)));
      sender.readToEnd();
      single.readToEnd();
      await().until(() -> relay.text("/cameras").equals("{\"cameras\":[]}"));
    }
  }

  @Test
  void streamsEndWhenTheRelayStops() throws Exception {
    try (PictureRelay relay = PictureRelay.start(Map.of("SHUTDOWN_LIMIT", "1s"));
        RawWebSocket sender = stream(relay, "x")) {
      sender.send(chunk(part(ONE)));
      relay.awaitCamera("x");
      relay.relay().close();
      sender.readToEnd();
    }
  }
}
