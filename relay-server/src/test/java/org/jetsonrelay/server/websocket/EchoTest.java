// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.jetsonrelay.server.websocket.EchoServer.utf8;
import static org.jetsonrelay.server.websocket.RawWebSocket.BINARY;
import static org.jetsonrelay.server.websocket.RawWebSocket.CLOSE;
import static org.jetsonrelay.server.websocket.RawWebSocket.CONTINUATION;
import static org.jetsonrelay.server.websocket.RawWebSocket.PING;
import static org.jetsonrelay.server.websocket.RawWebSocket.PONG;
import static org.jetsonrelay.server.websocket.RawWebSocket.TEXT;
import static org.jetsonrelay.server.websocket.RawWebSocket.encode;

import io.helidon.common.tls.Tls;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jetsonrelay.server.websocket.RawWebSocket.Received;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The frame rules of RFC 6455, over real sockets.
class EchoTest {
  private static final Random RANDOM = new Random(6455);
  private static final WebSocketSettings SMALL =
      new WebSocketSettings(10, 1_000, 5_000, 4, Duration.ofMillis(500), Duration.ofSeconds(5));

  private static EchoServer large;

  private EchoServer echo;
  private RawWebSocket client;

  @BeforeAll
  static void start() {
    large = new EchoServer(0);
  }

  @AfterAll
  static void stop() {
    large.close();
  }

  @BeforeEach
  void connect() throws IOException {
    echo = large;
    echo.closed.clear();
    client = RawWebSocket.open(echo.port(), "/echo");
  }

  @AfterEach
  void nothingIsLeft() throws IOException {
    client.close();
    await().atMost(10, SECONDS).until(() -> echo.server.transport.connections() == 0);
    await().atMost(10, SECONDS).until(() -> echo.server.pool.outstanding() == 0);
    if (!echo.equals(large)) {
      echo.close();
    }
  }

  private void useSmallLimits() throws IOException {
    client.close();
    echo = new EchoServer(0, SMALL, Tls.builder().enabled(false).build());
    client = RawWebSocket.open(echo.port(), "/echo");
  }

  private void expectEcho(int opcode, byte[] payload) throws IOException {
    Received received = client.read();
    assertThat(received.first()).isEqualTo(0x80 | opcode);
    assertThat(received.payload()).isEqualTo(payload);
  }

  private void expectFailure(int code) throws IOException {
    Received received = client.read();
    assertThat(received.first()).isEqualTo(0x88);
    assertThat(received.closeCode()).as(received.closeText()).isEqualTo(code);
    assertThat(client.readToEnd()).isEmpty();
    client.close(); // or the server would wait for it as long as closing may take
    await().atMost(10, SECONDS).until(() -> echo.closed.size() == 1);
    assertThat(echo.closed.getFirst().code()).isEqualTo(code);
    assertThat(echo.closed.getFirst().byPeer()).isFalse();
  }

  private static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    RANDOM.nextBytes(bytes);
    return bytes;
  }

  @ParameterizedTest
  @ValueSource(
      ints = {0, 1, 7, 125, 126, 127, 1_023, 1_024, 8_191, 8_192, 65_535, 65_536, 65_537, 1 << 20})
  void echoesEveryLength(int length) throws IOException {
    byte[] binary = bytes(length);
    byte[] text = "x".repeat(length).getBytes(StandardCharsets.US_ASCII);
    for (int round = 0; round < 3; round++) {
      client.frame(BINARY, binary);
      expectEcho(BINARY, binary);
      client.frame(TEXT, text);
      expectEcho(TEXT, text);
    }
  }

  @Test
  void takesAMessageCutAnywhereOnTheWay() throws IOException {
    byte[] payload = bytes(300);
    byte[] frame = encode(0x82, payload);
    for (int cut = 1; cut < frame.length; cut++) {
      client.send(Arrays.copyOf(frame, cut));
      client.send(Arrays.copyOfRange(frame, cut, frame.length));
      expectEcho(BINARY, payload);
    }
  }

  @Test
  void takesAMessageInTwoFragmentsCutAnywhere() throws IOException {
    byte[] text = utf8("Grüße, κόσμε, 日本語 und \uD83D\uDE00!");
    for (int cut = 0; cut <= text.length; cut++) {
      client.frame(false, TEXT, Arrays.copyOf(text, cut));
      client.frame(true, CONTINUATION, Arrays.copyOfRange(text, cut, text.length));
      expectEcho(TEXT, text);
    }
  }

  @Test
  void takesALargeMessageInFragmentsOfAnySizeWithPingsBetween() throws IOException {
    byte[] payload = bytes(300_000);
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    int at = 0;
    while (at < payload.length) {
      int n = Math.min(payload.length - at, RANDOM.nextInt(20_000));
      byte[] key = bytes(4);
      boolean last = at + n == payload.length;
      all.writeBytes(
          encode(
              (last ? 0x80 : 0) | (at == 0 && all.size() == 0 ? BINARY : CONTINUATION),
              Arrays.copyOfRange(payload, at, at + n),
              key));
      at += n;
    }
    byte[] frames = all.toByteArray();
    // in pieces that end anywhere, and once with a ping right before the last fragment's end
    for (int i = 0; i < frames.length; ) {
      int n = Math.min(frames.length - i, 1 + RANDOM.nextInt(9_000));
      client.send(Arrays.copyOfRange(frames, i, i + n));
      i += n;
    }
    expectEcho(BINARY, payload);
    client.frame(false, BINARY, bytes(2_000));
    client.frame(PING, utf8("now"));
    expectEcho(PONG, utf8("now"));
    client.frame(true, CONTINUATION, new byte[0]);
    assertThat(client.read().payload()).hasSize(2_000);
  }

  @Test
  void takesFramesThatComeTogetherWithTheHandshake() throws IOException {
    try (RawWebSocket eager = RawWebSocket.connect(echo.port())) {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      all.writeBytes(utf8(RawWebSocket.handshake("/early")));
      all.writeBytes(encode(0x81, utf8("early")));
      all.writeBytes(encode(0x82, bytes(5_000)));
      eager.send(all.toByteArray());
      assertThat(eager.readHead()).startsWith("HTTP/1.1 101 ");
      assertThat(eager.read().text()).isEqualTo("early");
      assertThat(eager.read().payload()).hasSize(5_000);
    }
  }

  @Test
  void takesALongerLengthFormThanNeeded() throws IOException {
    client.send(HexFormat.of().parseHex("81ff0000000000000001" + "00000000" + "61"));
    expectEcho(TEXT, utf8("a"));
    client.send(HexFormat.of().parseHex("81fe0001" + "00000000" + "62"));
    expectEcho(TEXT, utf8("b"));
  }

  @Test
  void answersPingsWithTheSameBytes() throws IOException {
    for (int length : new int[] {0, 1, 125}) {
      byte[] payload = bytes(length);
      client.frame(PING, payload);
      expectEcho(PONG, payload);
    }
    client.frame(PONG, utf8("nobody asked"));
    client.text("still here");
    expectEcho(TEXT, utf8("still here"));
  }

  @ParameterizedTest
  @CsvSource({
    "frame without a mask,            1002, 810161",
    "control frame without a mask,    1002, 8900",
    "RSV1,                            1002, c180",
    "RSV2,                            1002, a180",
    "RSV3,                            1002, 9180",
    "RSV1 on a ping,                  1002, c980",
    "opcode 3,                        1002, 8380",
    "opcode 7,                        1002, 8780",
    "opcode 11,                       1002, 8b80",
    "opcode 15,                       1002, 8f80",
    "ping in fragments,               1002, 0980",
    "pong in fragments,               1002, 0a80",
    "close in fragments,              1002, 0880",
    "ping of 126 bytes,               1002, 89fe007e",
    "close with a 64-bit length,      1002, 88ff",
    "continuation of nothing,         1002, 8080",
    "unfinished continuation,         1002, 0080",
    "text inside a text,              1002, 0180000000008180",
    "binary inside a text,            1002, 0180000000008280",
    "length with the highest bit,     1002, 82ff8000000000000000",
    "close with half a code,          1002, 88810000000003",
    "close with code 0,               1002, 8882000000000000",
    "close with code 999,             1002, 88820000000003e7",
    "close with code 1004,            1002, 88820000000003ec",
    "close with code 1005,            1002, 88820000000003ed",
    "close with code 1006,            1002, 88820000000003ee",
    "close with code 1015,            1002, 88820000000003f7",
    "close with code 1016,            1002, 88820000000003f8",
    "close with code 2999,            1002, 88820000000007d0",
    "close with code 5000,            1002, 88820000000013ff",
    "close reason is not UTF-8,       1007, 88830000000003e8ff",
    "text is not UTF-8,               1007, 81810000000080",
    "text ends inside a character,    1007, 818100000000c3",
    "bad byte before its frame ends,  1007, 81ff0000000000010000000000006161ff",
    "bad byte in the first fragment,  1007, 018100000000ff",
    "surrogate across fragments,      1007, 018100000000ed008100000000a0",
  })
  void failsTheConnection(String what, int code, String hex) throws IOException {
    client.send(HexFormat.of().parseHex(hex));
    expectFailure(code);
  }

  @ParameterizedTest
  @ValueSource(ints = {1000, 1001, 1002, 1003, 1007, 1011, 1012, 1014, 3000, 3999, 4000, 4999})
  void answersACloseFrameWithItsCode(int code) throws IOException {
    client.close(code, "good\nbye");
    Received answer = client.read();
    assertThat(answer.opcode()).isEqualTo(CLOSE);
    assertThat(answer.closeCode()).isEqualTo(code);
    assertThat(client.readToEnd()).isEmpty();
    await().atMost(10, SECONDS).until(() -> !echo.closed.isEmpty());
    assertThat(echo.closed).containsExactly(new CloseReason(code, "good?bye", true));
  }

  @Test
  void answersACloseFrameWithoutACodeWithoutACode() throws IOException {
    client.frame(CLOSE, new byte[0]);
    Received answer = client.read();
    assertThat(answer.first()).isEqualTo(0x88);
    assertThat(answer.payload()).isEmpty();
    assertThat(client.readToEnd()).isEmpty();
  }

  @Test
  void reportsAConnectionThatEndsWithoutACloseFrame() throws IOException {
    client.frame(false, BINARY, bytes(5_000));
    client.socket().shutdownOutput();
    assertThat(client.readToEnd()).isEmpty();
    await().atMost(10, SECONDS).until(() -> echo.closed.size() == 1);
    assertThat(echo.closed.getFirst().code()).isEqualTo(1006);
    assertThat(echo.closed.getFirst().byPeer()).isTrue();
  }

  @Test
  void holdsTheLimitsOfAMessage() throws IOException {
    useSmallLimits();
    client.text("x".repeat(1_000));
    assertThat(client.read().payload()).hasSize(1_000);
    client.frame(false, BINARY, bytes(2_500));
    client.frame(true, CONTINUATION, bytes(2_500));
    assertThat(client.read().payload()).hasSize(5_000);
    client.frame(false, TEXT, utf8("x".repeat(999)));
    // one byte too many, refused at its header
    client.send(HexFormat.of().parseHex("8082"));
    expectFailure(1009);
  }

  @Test
  void refusesABinaryMessageAtItsHeader() throws IOException {
    useSmallLimits();
    client.send(HexFormat.of().parseHex("82fe1389")); // 5,001 bytes
    expectFailure(1009);
  }

  @Test
  void refusesAMessageOfExabytesAtItsHeader() throws IOException {
    client.send(HexFormat.of().parseHex("82ff7fffffffffffffff"));
    expectFailure(1009);
  }

  @Test
  void holdsTheLimitOfFragments() throws IOException {
    useSmallLimits();
    client.frame(false, BINARY, new byte[0]);
    client.frame(false, CONTINUATION, new byte[0]);
    client.frame(false, CONTINUATION, new byte[0]);
    client.frame(true, CONTINUATION, new byte[0]);
    assertThat(client.read().payload()).isEmpty();
    for (int i = 0; i < 5; i++) {
      client.frame(false, i == 0 ? TEXT : CONTINUATION, new byte[0]);
    }
    expectFailure(1009);
  }

  @Test
  void paysNothingForWhatAHeaderClaims() throws IOException {
    client.close();
    echo = new EchoServer(0);
    client = RawWebSocket.open(echo.port(), "/echo");
    client.send(HexFormat.of().parseHex("82ff0000000003000000" + "00000000")); // 48 MiB
    client.send(bytes(100));
    client.frame(PING, new byte[0]); // is payload
    await().atMost(10, SECONDS).until(() -> echo.server.pool.outstanding() == 1);
    assertThat(echo.server.pool.missed()).isPositive();
    client.close();
    await().atMost(10, SECONDS).until(() -> echo.server.pool.outstanding() == 0);
    assertThat(echo.server.pool.idleBytes()).isLessThan(64 * 1024);
  }

  @Test
  void talksToTheClientOfTheJdk()
      throws IOException, InterruptedException, ExecutionException, TimeoutException {
    CompletableFuture<ByteBuffer> binary = new CompletableFuture<>();
    CompletableFuture<String> text = new CompletableFuture<>();
    CompletableFuture<String> pong = new CompletableFuture<>();
    CompletableFuture<Integer> closed = new CompletableFuture<>();
    ByteBuffer collected = ByteBuffer.allocate(2 << 20);
    WebSocket.Listener listener =
        new WebSocket.Listener() {
          @Override
          public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            text.complete(data.toString());
            socket.request(1);
            return CompletableFuture.completedStage(null);
          }

          @Override
          public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
            collected.put(data);
            if (last) {
              binary.complete(collected.flip());
            }
            socket.request(1);
            return CompletableFuture.completedStage(null);
          }

          @Override
          public CompletionStage<?> onPong(WebSocket socket, ByteBuffer message) {
            pong.complete(String.valueOf(message.getShort()));
            socket.request(1);
            return CompletableFuture.completedStage(null);
          }

          @Override
          public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            closed.complete(code);
            return CompletableFuture.completedStage(null);
          }
        };
    byte[] payload = bytes(1 << 20);
    try (HttpClient http = HttpClient.newHttpClient()) {
      WebSocket socket =
          http.newWebSocketBuilder()
              .buildAsync(URI.create("ws://127.0.0.1:" + echo.port() + "/jdk?a=b"), listener)
              .get(10, SECONDS);
      socket.sendText("Grüße", true).get(10, SECONDS);
      assertThat(text.get(10, SECONDS)).isEqualTo("Grüße");
      socket.sendPing(ByteBuffer.wrap(new byte[] {1, 2})).get(10, SECONDS);
      assertThat(pong.get(10, SECONDS)).isEqualTo("258");
      socket.sendBinary(ByteBuffer.wrap(payload, 0, 1_000), false).get(10, SECONDS);
      socket
          .sendBinary(ByteBuffer.wrap(payload, 1_000, payload.length - 1_000), true)
          .get(10, SECONDS);
      assertThat(binary.get(10, SECONDS)).isEqualTo(ByteBuffer.wrap(payload));
      socket.sendClose(4_321, "done").get(10, SECONDS);
      assertThat(closed.get(10, SECONDS)).isEqualTo(4_321);
    }
    await().atMost(10, SECONDS).until(() -> echo.closed.size() == 1);
    assertThat(echo.closed).isEqualTo(List.of(new CloseReason(4_321, "done", true)));
  }
}
