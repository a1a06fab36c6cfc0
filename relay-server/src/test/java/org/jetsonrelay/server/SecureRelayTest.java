// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.logging.Level;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import org.jetsonrelay.server.websocket.RawWebSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A whole relay behind TLS: viewers, cameras, pictures, the login, and a new certificate while all
/// of them are connected.
class SecureRelayTest {

  private static final byte[] IMAGE = Jpegs.jpeg(200_000, 1);
  private static final byte[] OTHER = Jpegs.jpeg(3_000, 2);

  @TempDir private Path directory;
  private TestCertificate first;
  private Path certificate;
  private Path key;
  private TestRelay relay;

  @BeforeEach
  void start() throws IOException, GeneralSecurityException, InterruptedException {
    first = TestCertificate.create(directory, "first");
    certificate = Files.copy(first.certificate(), directory.resolve("relay.pem"));
    key = Files.copy(first.key(), directory.resolve("relay.key"));
    relay =
        TestRelay.start(
            "TLS_CERTIFICATE",
            certificate.toString(),
            "TLS_KEY",
            key.toString(),
            "ADMIN_TOKEN",
            "all",
            "FRESH_LIMIT",
            "1h",
            "HANDSHAKE_LIMIT",
            "1s");
  }

  @AfterEach
  void stop() {
    relay.close();
  }

  private SSLSocket socket(SSLContext context) throws IOException {
    return (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", relay.port());
  }

  private RawWebSocket open(SSLContext context) throws IOException {
    RawWebSocket client = RawWebSocket.of(socket(context));
    client.shakeHands("/ws");
    assertThat(client.read().text()).contains("welcome");
    return client;
  }

  private static void register(RawWebSocket client, String role) throws IOException {
    client.text("{\"type\":\"client_type\",\"clientType\":\"" + role + "\",\"name\":\"front\"}");
    assertThat(client.read().text()).contains("registration_success");
  }

  private static byte[] nextImage(RawWebSocket viewer) throws IOException {
    RawWebSocket.Received next = viewer.read();
    while (next.opcode() != RawWebSocket.BINARY) {
      if (next.opcode() == RawWebSocket.PING) {
        viewer.frame(RawWebSocket.PONG, next.payload());
      }
      next = viewer.read();
    }
    return next.payload();
  }

  private X509Certificate presented(SSLContext context) throws IOException {
    try (SSLSocket socket = socket(context)) {
      socket.startHandshake();
      return (X509Certificate) socket.getSession().getPeerCertificates()[0];
    }
  }

  private static byte[] multipart(byte[] jpeg) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    String head = "--part\r\nContent-Type: image/jpeg\r\nContent-Length: " + jpeg.length;
    body.write((head + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
    body.write(jpeg);
    body.write("\r\n--part--\r\n".getBytes(StandardCharsets.US_ASCII));
    return body.toByteArray();
  }

  @Test
  void relaysPicturesOverWebSocketAndHttps()
      throws IOException, GeneralSecurityException, InterruptedException {
    SSLContext trusting = first.client();
    try (RawWebSocket camera = open(trusting);
        RawWebSocket viewer = open(trusting);
        HttpClient http = HttpClient.newBuilder().sslContext(trusting).build()) {
      register(camera, "jetson");
      register(viewer, "flutter");
      viewer.text("{\"type\":\"request_stream\"}");
      camera.frame(RawWebSocket.BINARY, IMAGE);
      assertThat(nextImage(viewer)).isEqualTo(IMAGE);

      String base = "https://127.0.0.1:" + relay.port();
      HttpResponse<byte[]> snapshot =
          http.send(
              HttpRequest.newBuilder(URI.create(base + "/cameras/front/snapshot.jpg")).build(),
              BodyHandlers.ofByteArray());
      assertThat(snapshot.body()).isEqualTo(IMAGE);
      assertThat(snapshot.headers().firstValue("Strict-Transport-Security"))
          .contains("max-age=86400");
      HttpResponse<String> fed =
          http.send(
              HttpRequest.newBuilder(URI.create(base + "/cameras/rear"))
                  .header("Content-Type", "multipart/x-mixed-replace;boundary=part")
                  .POST(BodyPublishers.ofByteArray(multipart(OTHER)))
                  .build(),
              BodyHandlers.ofString());
      assertThat(fed.body()).isEqualTo("{\"frames\":1}");
      HttpResponse<String> login =
          http.send(
              HttpRequest.newBuilder(URI.create(base + "/login"))
                  .POST(BodyPublishers.ofString("token=all"))
                  .build(),
              BodyHandlers.ofString());
      assertThat(login.headers().firstValue("Set-Cookie").orElseThrow())
          .endsWith("; HttpOnly; SameSite=Strict; Secure");
    }
  }

  @Test
  void nobodyTrustsACertificateThatIsNotTheirs()
      throws IOException, GeneralSecurityException, InterruptedException {
    SSLContext other = TestCertificate.create(directory, "other").client();
    assertThatExceptionOfType(SSLHandshakeException.class).isThrownBy(() -> presented(other));
  }

  @Test
  void exchangesTheCertificateWhileClientsAreConnected()
      throws IOException, GeneralSecurityException, InterruptedException {
    try (RawWebSocket camera = open(first.client());
        RawWebSocket viewer = open(first.client())) {
      register(camera, "jetson");
      register(viewer, "flutter");
      viewer.text("{\"type\":\"request_stream\"}");
      camera.frame(RawWebSocket.BINARY, OTHER);
      assertThat(nextImage(viewer)).isEqualTo(OTHER);

      // Another kind of key, one file after the other as certificate robots do.
      TestCertificate second =
          TestCertificate.create(directory, "second", "-keyalg", "RSA", "-keysize", "2048");
      Files.copy(second.certificate(), certificate, StandardCopyOption.REPLACE_EXISTING);
      Files.copy(second.key(), key, StandardCopyOption.REPLACE_EXISTING);
      SSLContext trusting = second.client();
      await()
          .atMost(20, SECONDS)
          .ignoreExceptions()
          .until(() -> presented(trusting).getSubjectX500Principal().getName().equals("CN=second"));
      assertThatExceptionOfType(SSLHandshakeException.class)
          .isThrownBy(() -> presented(first.client()));

      camera.frame(RawWebSocket.BINARY, IMAGE);
      assertThat(nextImage(viewer)).isEqualTo(IMAGE);
      open(trusting).close();
    }
  }

  @Test
  void keepsTheCertificateWhenTheNewFilesCannotBeUsed()
      throws IOException, GeneralSecurityException {
    try (LogLines log = new LogLines("org.jetsonrelay.server.tls", Level.ALL)) {
      Files.writeString(key, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
      await()
          .atMost(20, SECONDS)
          .until(() -> log.lines().stream().anyMatch(line -> line.contains("stays in use")));
      assertThat(log.lines()).noneMatch(line -> line.contains("AAAA"));
      assertThat(presented(first.client()).getSubjectX500Principal().getName())
          .isEqualTo("CN=first");
    }
  }

  @Test
  void cutsWhoDoesNotFinishTheHandshakeWithoutAWordInPlainText() throws IOException {
    try (RawWebSocket silent = RawWebSocket.connect(relay.port());
        RawWebSocket half = RawWebSocket.connect(relay.port())) {
      half.send(new byte[] {0x16, 0x03, 0x01, 0x02, 0x00, 0x01});
      assertThat(new String(silent.readToEnd(), StandardCharsets.US_ASCII)).doesNotContain("HTTP");
      assertThat(new String(half.readToEnd(), StandardCharsets.US_ASCII)).doesNotContain("HTTP");
    }
  }

  @Test
  void cutsWhoDoesNotSendARequestThroughTlsWithoutAWordInPlainText()
      throws IOException, GeneralSecurityException {
    try (SSLSocket socket = socket(first.client())) {
      socket.startHandshake();
      socket.setSoTimeout(RawWebSocket.READ_LIMIT_MILLIS);
      // Plain text between the records would be an SSLException here.
      try {
        assertThat(socket.getInputStream().read()).isNegative();
      } catch (SSLException e) {
        assertThat(e).hasMessageNotContaining("plaintext").hasMessageNotContaining("Unsupported");
      } catch (SocketException reset) {
        assertThat(reset).hasMessageContaining("reset");
      }
    }
  }
}
