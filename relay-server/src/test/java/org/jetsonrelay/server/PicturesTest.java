// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jetsonrelay.server.picture.PictureSettings;
import org.jetsonrelay.server.websocket.RawWebSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Cameras over plain HTTP: the list, single images and streams, from a real relay.
@Timeout(60)
final class PicturesTest {

  private static final byte[] ONE = PictureRelay.jpeg(3_000, 1);
  private static final byte[] TWO = PictureRelay.jpeg(5_000, 2);

  private static PictureSettings settings(
      int maxViewers, Duration write, Duration keepAlive, Duration idle) {
    PictureSettings usual = PictureSettings.defaults();
    return new PictureSettings(
        maxViewers,
        usual.maxFrameBytes(),
        usual.sendBufferBytes(),
        usual.fresh(),
        usual.startWait(),
        usual.maxWait(),
        write,
        Duration.ofMillis(100),
        usual.readLimit(),
        keepAlive,
        idle,
        usual.hold());
  }

  private static String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }

  /// Reads an MJPEG stream as its grammar says, with its chunks taken off by the JDK.
  private static final class Stream implements AutoCloseable {
    private final InputStream in;
    private final DataInputStream data;

    Stream(PictureRelay relay, String path) throws IOException {
      HttpRequest request = relay.request(path).timeout(Duration.ofSeconds(60)).build();
      HttpResponse<InputStream> response = relay.open(request);
      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(header(response, "content-type"))
          .isEqualTo("multipart/x-mixed-replace;boundary=boundarydonotcross");
      assertThat(header(response, "cache-control")).isEqualTo("no-store");
      in = new BufferedInputStream(response.body());
      data = new DataInputStream(in);
      assertThat(line()).isEqualTo("--boundarydonotcross");
    }

    private String line() throws IOException {
      StringBuilder line = new StringBuilder();
      int b = data.readUnsignedByte();
      while (b != '\n') {
        line.append((char) b);
        b = data.readUnsignedByte();
      }
      assertThat(line.charAt(line.length() - 1)).isEqualTo('\r');
      return line.substring(0, line.length() - 1);
    }

    Map<String, String> head() throws IOException {
      Map<String, String> head = new HashMap<>();
      String line = line();
      while (!line.isEmpty()) {
        int colon = line.indexOf(':');
        head.put(line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 2));
        line = line();
      }
      return head;
    }

    byte[] image(Map<String, String> head) throws IOException {
      byte[] jpeg = new byte[Integer.parseInt(head.get("content-length"))];
      data.readFully(jpeg);
      assertThat(line()).isEmpty();
      assertThat(line()).isEqualTo("--boundarydonotcross");
      return jpeg;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }

  @Test
  void listsCameras() throws Exception {
    try (PictureRelay relay = PictureRelay.start(Map.of())) {
      assertThat(relay.text("/cameras")).isEqualTo("{\"cameras\":[]}");
      try (RawWebSocket camera = relay.camera("front")) {
        camera.frame(RawWebSocket.BINARY, ONE);
        await().until(() -> relay.text("/cameras").contains("\"live\":true"));
        assertThat(relay.text("/cameras"))
            .contains("\"name\":\"front\"")
            .contains("\"snapshot\":\"/cameras/front/snapshot.jpg\"")
            .contains("\"stream\":\"/cameras/front/stream.mjpg\"");
        assertThat(relay.post("/cameras", "image/jpeg", ONE).statusCode()).isEqualTo(405);
      }
    }
  }

  @Test
  void answersWithTheNewestImageAndWhatIsKnownOfIt() throws Exception {
    try (PictureRelay relay = PictureRelay.start(Map.of());
        RawWebSocket camera = relay.camera("front")) {
      camera.frame(RawWebSocket.BINARY, ONE);
      await()
          .untilAsserted(
              () -> assertThat(relay.get("/cameras/front/snapshot.jpg").body()).isEqualTo(ONE));
      HttpResponse<byte[]> response = relay.get("/cameras/front/snapshot.jpg?maxAge=60000");
      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(header(response, "content-type")).isEqualTo("image/jpeg");
      assertThat(header(response, "x-sequence")).isEqualTo("1");
      assertThat(Integer.parseInt(header(response, "x-age-ms"))).isBetween(0, 60_000);
      assertThat(header(response, "x-captured-at")).matches("\\d{4}-.*Z");
      assertThat(header(response, "x-timestamp")).matches("\\d{10}\\.\\d{6}");
      assertThat(header(response, "cache-control")).isEqualTo("no-cache");
      assertThat(header(response, "x-content-type-options")).isEqualTo("nosniff");

      String tag = header(response, "etag");
      HttpResponse<byte[]> again =
          relay.get("/cameras/front/snapshot.jpg?maxAge=60000", "If-None-Match", "\"x\", W/" + tag);
      assertThat(again.statusCode()).isEqualTo(304);
      assertThat(again.body()).isEmpty();

      HttpResponse<byte[]> head =
          relay.send(
              relay
                  .request("/cameras/front/snapshot.jpg?maxAge=60000")
                  .method("HEAD", HttpRequest.BodyPublishers.noBody())
                  .build());
      assertThat(header(head, "content-length")).isEqualTo(Integer.toString(ONE.length));
    }
  }

  @Test
  void waitsForTheNextImageAndStartsTheCameraForIt() throws Exception {
    try (PictureRelay relay = PictureRelay.start(Map.of("LINGER", "0ms"));
        RawWebSocket camera = relay.camera("front")) {
      assertThat(camera.read().text()).contains("welcome");
      assertThat(camera.read().text()).contains("registration_success");
      CompletableFuture<HttpResponse<byte[]>> waiting =
          CompletableFuture.supplyAsync(() -> relay.get("/cameras/front/snapshot.jpg?wait=20000"));
      assertThat(camera.read().text()).contains("start_streaming");
      camera.frame(RawWebSocket.BINARY, ONE);
      assertThat(waiting.join().body()).isEqualTo(ONE);
      assertThat(camera.read().text()).contains("stop_streaming");

      CompletableFuture<HttpResponse<byte[]>> after =
          CompletableFuture.supplyAsync(
              () -> relay.get("/cameras/front/snapshot.jpg?maxAge=60000&after=1&wait=20000"));
      assertThat(camera.read().text()).contains("start_streaming");
      camera.frame(RawWebSocket.BINARY, TWO);
      assertThat(after.join().body()).isEqualTo(TWO);
      assertThat(header(after.join(), "x-sequence")).isEqualTo("2");
      assertThat(relay.get("/cameras/front/snapshot.jpg?maxAge=60000&after=2&wait=50").statusCode())
          .isEqualTo(204);
    }
  }

  @Test
  void saysWhenThereIsNothingFresh() throws Exception {
    try (PictureRelay relay = PictureRelay.start(Map.of());
        RawWebSocket camera = relay.camera("front")) {
      HttpResponse<byte[]> none = relay.get("/cameras/front/snapshot.jpg?wait=50");
      assertThat(none.statusCode()).isEqualTo(503);
      assertThat(header(none, "retry-after")).isEqualTo("1");

      camera.frame(RawWebSocket.BINARY, ONE);
      await().until(() -> relay.text("/cameras").contains("\"live\":true"));
      await()
          .until(
              () -> relay.get("/cameras/front/snapshot.jpg?maxAge=1&wait=0").statusCode() == 503);
      assertThat(relay.get("/cameras/front/snapshot.jpg?maxAge=60000").statusCode()).isEqualTo(200);
      assertThat(relay.get("/cameras/none/snapshot.jpg").statusCode()).isEqualTo(404);
      assertThat(relay.get("/cameras/none/snapshot.jpg?wait=50").statusCode()).isEqualTo(404);
      assertThat(relay.get("/cameras/none/stream.mjpg").statusCode()).isEqualTo(404);
      assertThat(relay.get("/cameras/no%2Fne/stream.mjpg").statusCode()).isEqualTo(404);
      assertThat(relay.get("/cameras/front").statusCode()).isEqualTo(405);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "snapshot.jpg?maxAge=-1",
        "snapshot.jpg?wait=soon",
        "snapshot.jpg?after=9999999999999999999",
        "snapshot.jpg?wait=",
        "stream.mjpg?maxFps=0",
        "stream.mjpg?maxFps=-3",
        "stream.mjpg?maxFps=NaN",
        "stream.mjpg?maxFps=fast"
      })
  void refusesParametersThatMakeNoSense(String path) throws Exception {
    try (PictureRelay relay = PictureRelay.start(Map.of());
        RawWebSocket _ = relay.camera("front")) {
      assertThat(relay.get("/cameras/front/" + path).statusCode()).isEqualTo(400);
    }
  }

  @Test
  void streamsEachImageAsAPartWithItsLengthAndTime() throws Exception {
    try (PictureRelay relay = PictureRelay.start(Map.of());
        RawWebSocket camera = relay.camera("front")) {
      camera.frame(RawWebSocket.BINARY, ONE);
      try (Stream stream = new Stream(relay, "/cameras/front/stream.mjpg")) {
        Map<String, String> first = stream.head();
        assertThat(first).containsEntry("content-type", "image/jpeg");
        assertThat(first).containsEntry("x-sequence", "1");
        assertThat(first.get("x-timestamp")).matches("\\d{10}\\.\\d{6}");
        assertThat(first.get("x-captured-at")).endsWith("Z");
        assertThat(Integer.parseInt(first.get("x-age-ms"))).isNotNegative();
        assertThat(stream.image(first)).isEqualTo(ONE);
        camera.frame(RawWebSocket.BINARY, TWO);
        assertThat(stream.image(stream.head())).isEqualTo(TWO);
        assertThat(relay.text("/stats"))
            .contains("\"cameras\":[\"front\"]")
            .contains("\"delivered\":2");
      }
      // Writing is what finds out that the reader has gone.
      await()
          .until(() -> {
            camera.frame(RawWebSocket.BINARY, ONE);
            return relay.text("/stats").contains("\"viewers\":[]");
          });
    }
  }

  @Test
  void thinsTheStreamToTheRateThatWasAskedFor() throws Exception {
    try (PictureRelay relay = PictureRelay.start(Map.of());
        RawWebSocket camera = relay.camera("front");
        Stream stream = openWithFrames(relay, camera, "/cameras/front/stream.mjpg?maxFps=0.02")) {
      assertThat(stream.image(stream.head())).isEqualTo(ONE);
      for (int i = 0; i < 20; i++) {
        camera.frame(RawWebSocket.BINARY, TWO);
      }
      await().until(() -> relay.text("/stats").matches("(?s).*\"rate\":(1[0-9]|20)[,}].*"));
      assertThat(relay.text("/stats")).contains("\"delivered\":1,");
    }
  }

  private static Stream openWithFrames(PictureRelay relay, RawWebSocket camera, String path)
      throws IOException {
    camera.frame(RawWebSocket.BINARY, ONE);
    await().until(() -> relay.text("/cameras").contains("\"live\":true"));
    return new Stream(relay, path);
  }

  @Test
  void speaksAsMjpgStreamerDoes() throws Exception {
    try (PictureRelay relay = PictureRelay.start(Map.of())) {
      assertThat(relay.get("/?action=stream").statusCode()).isEqualTo(404);
      assertThat(relay.text("/")).contains("<html");
      try (RawWebSocket camera = relay.camera("front")) {
        camera.frame(RawWebSocket.BINARY, ONE);
        await()
            .untilAsserted(() -> assertThat(relay.get("/?action=snapshot").body()).isEqualTo(ONE));
        try (Stream stream = new Stream(relay, "/?action=stream")) {
          assertThat(stream.image(stream.head())).isEqualTo(ONE);
        }
        try (RawWebSocket rear = relay.camera("rear")) {
          rear.frame(RawWebSocket.BINARY, TWO);
          assertThat(relay.get("/?action=snapshot").statusCode()).isEqualTo(404);
          await()
              .untilAsserted(() ->
                  assertThat(relay.get("/?action=snapshot&camera=rear").body()).isEqualTo(TWO));
          assertThat(relay.text("/?action=dance")).contains("<html");
        }
      }
    }
  }

  @Test
  void asksForTheSameTokenAsAWebSocketDoes() throws Exception {
    try (PictureRelay relay =
            PictureRelay.start(Map.of("VIEW_TOKEN", "see", "PUBLISH_TOKEN", "feed"));
        RawWebSocket camera = RawWebSocket.open(relay.port(), "/ws?token=feed")) {
      camera.text("{\"type\":\"client_type\",\"clientType\":\"jetson\",\"name\":\"front\"}");
      await().until(() -> relay.text("/cameras?token=see").contains("front"));
      camera.frame(RawWebSocket.BINARY, ONE);
      for (String path :
          new String[] {
            "/cameras", "/cameras/front/snapshot.jpg", "/cameras/front/stream.mjpg",
            "/?action=stream", "/?action=snapshot&camera=front", "/cameras/none/stream.mjpg"
          }) {
        HttpResponse<byte[]> none = relay.get(path);
        assertThat(none.statusCode()).as(path).isEqualTo(401);
        assertThat(header(none, "www-authenticate")).startsWith("Bearer");
        String with = path + (path.contains("?") ? "&" : "?") + "token=";
        assertThat(relay.get(with + "wrong").statusCode()).as(path).isEqualTo(401);
        assertThat(relay.get(with + "feed").statusCode()).as(path).isEqualTo(403);
      }
      assertThat(
              relay.get("/cameras/front/snapshot.jpg", "Authorization", "Bearer see").statusCode())
          .isEqualTo(200);
      try (Stream stream = new Stream(relay, "/cameras/front/stream.mjpg?token=see")) {
        assertThat(stream.image(stream.head())).isEqualTo(ONE);
      }
      assertThat(relay.post("/cameras/x", "image/jpeg", ONE).statusCode()).isEqualTo(401);
      assertThat(relay.post("/cameras/x?token=see", "image/jpeg", ONE).statusCode()).isEqualTo(403);
      assertThat(relay.post("/cameras/x?token=feed", "image/jpeg", ONE).statusCode())
          .isEqualTo(200);
    }
  }

  @Test
  void aStalledReaderDelaysNobodyCostsTwoFramesAndIsCut() throws Exception {
    byte[] large = PictureRelay.jpeg(400_000, 3);
    PictureSettings settings =
        settings(10, Duration.ofSeconds(2), Duration.ofSeconds(5), Duration.ofSeconds(60));
    try (PictureRelay relay = PictureRelay.start(Map.of(), settings);
        RawWebSocket camera = relay.camera("front");
        Socket stalled =
            relay.small("GET /cameras/front/stream.mjpg HTTP/1.1\r\nHost: x\r\n\r\n")) {
      await().until(() -> relay.text("/stats").contains("\"cameras\":[\"front\"]"));
      camera.frame(RawWebSocket.BINARY, large);
      try (Stream healthy = new Stream(relay, "/cameras/front/stream.mjpg")) {
        assertThat(healthy.image(healthy.head())).isEqualTo(large);
        long most = 0;
        for (int i = 2; i < 40; i++) {
          camera.frame(RawWebSocket.BINARY, large);
          Map<String, String> head = healthy.head();
          assertThat(head).containsEntry("x-sequence", Integer.toString(i));
          healthy.image(head);
          most = Math.max(most, relay.outstanding());
        }
        // Latest of the camera, one in each mailbox, one being written to each, one being read.
        assertThat(most).isLessThanOrEqualTo(6);
        AtomicBoolean sawStalled = new AtomicBoolean();
        await()
            .atMost(Duration.ofSeconds(20))
            .until(() -> {
              camera.frame(RawWebSocket.BINARY, large);
              healthy.image(healthy.head());
              String stats = relay.text("/stats");
              sawStalled.set(sawStalled.get() || stats.matches("(?s).*\"stalled\":[1-9].*"));
              return stats.split("\"cameras\":\\[\"front\"]", -1).length == 2;
            });
        assertThat(sawStalled).isTrue();
      }
      assertThat(stalled.isConnected()).isTrue();
    }
  }

  @Test
  void noticesThatAReaderOfASilentCameraHasGone() throws Exception {
    PictureSettings settings =
        settings(10, Duration.ofSeconds(2), Duration.ofMillis(50), Duration.ofSeconds(60));
    try (PictureRelay relay = PictureRelay.start(Map.of(), settings);
        RawWebSocket _ = relay.camera("front")) {
      Stream stream = new Stream(relay, "/cameras/front/stream.mjpg");
      await().until(() -> relay.text("/stats").contains("\"cameras\":[\"front\"]"));
      stream.close();
      await().until(() -> relay.text("/stats").contains("\"viewers\":[]"));
    }
  }

  @Test
  void keepsAStreamWithoutFramesAliveForAWhileThenEndsIt() throws Exception {
    PictureSettings settings =
        settings(10, Duration.ofSeconds(2), Duration.ofMillis(50), Duration.ofMillis(500));
    try (PictureRelay relay = PictureRelay.start(Map.of(), settings);
        RawWebSocket _ = relay.camera("front");
        RawWebSocket reader =
            relay.raw("GET /cameras/front/stream.mjpg HTTP/1.1\r\nHost: x\r\n\r\n")) {
      String all = new String(reader.readToEnd(), StandardCharsets.US_ASCII);
      assertThat(all).startsWith("HTTP/1.1 200 ").contains("\r\nConnection: close\r\n");
      assertThat(all).contains("--boundarydonotcross\r\n").contains("X-Waiting: 1\r\n");
      assertThat(all).endsWith("0\r\n\r\n");
    }
  }

  @Test
  void servesAsManyViewersAsThereMayBe() throws Exception {
    PictureSettings settings =
        settings(1, Duration.ofSeconds(2), Duration.ofMillis(50), Duration.ofSeconds(60));
    try (PictureRelay relay = PictureRelay.start(Map.of(), settings);
        RawWebSocket camera = relay.camera("front")) {
      try (Stream stream = openWithFrames(relay, camera, "/cameras/front/stream.mjpg")) {
        assertThat(stream.image(stream.head())).isEqualTo(ONE);
        for (String path : new String[] {"stream.mjpg", "snapshot.jpg"}) {
          HttpResponse<byte[]> refused = relay.get("/cameras/front/" + path);
          assertThat(refused.statusCode()).isEqualTo(503);
          assertThat(header(refused, "retry-after")).isEqualTo("1");
        }
      }
      await()
          .until(() -> relay.get("/cameras/front/snapshot.jpg?maxAge=60000").statusCode() == 200);
    }
  }

  @Test
  void staysWhenTheCameraGoesAndShowsItWhenItComesBack() throws Exception {
    try (PictureRelay relay = PictureRelay.start(Map.of())) {
      RawWebSocket camera = relay.camera("front");
      try (Stream stream = openWithFrames(relay, camera, "/cameras/front/stream.mjpg")) {
        assertThat(stream.image(stream.head())).isEqualTo(ONE);
        camera.close();
        await().until(() -> relay.text("/cameras").equals("{\"cameras\":[]}"));
        try (RawWebSocket again = relay.camera("front")) {
          again.frame(RawWebSocket.BINARY, TWO);
          Map<String, String> head = stream.head();
          assertThat(head).containsEntry("x-sequence", "1");
          assertThat(stream.image(head)).isEqualTo(TWO);
        }
      }
    }
  }

  @Test
  void endsStreamsAndWaitsWhenTheRelayStops() throws Exception {
    try (PictureRelay relay = PictureRelay.start(Map.of());
        RawWebSocket camera = relay.camera("front");
        RawWebSocket stream =
            relay.raw("GET /cameras/front/stream.mjpg HTTP/1.1\r\nHost: x\r\n\r\n");
        RawWebSocket snapshot =
            relay.raw("GET /cameras/front/snapshot.jpg?wait=30000 HTTP/1.1\r\nHost: x\r\n\r\n")) {
      await().until(() -> relay.text("/stats").split("\"cameras\":\\[\"front\"]", -1).length == 3);
      relay.relay().close();
      assertThat(new String(stream.readToEnd(), StandardCharsets.US_ASCII)).endsWith("0\r\n\r\n");
      assertThat(snapshot.readHead()).startsWith("HTTP/1.1 ");
      assertThat(camera.socket().isConnected()).isTrue();
    }
  }
}
