// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.helidon.common.tls.Tls;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Random;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The same engine over TLS, with a certificate made for the test.
class TlsTest {
  private static final String PASSWORD = "changeit";

  @TempDir private Path directory;

  private SSLContext context() throws GeneralSecurityException, IOException, InterruptedException {
    Path store = directory.resolve("store.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD)
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("keytool.log").toFile())
            .start();
    assertThat(keytool.waitFor()).isZero();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD.toCharArray());
    }
    KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    own.init(keys, PASSWORD.toCharArray());
    TrustManagerFactory trusted =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trusted.init(keys);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(own.getKeyManagers(), trusted.getTrustManagers(), null);
    return context;
  }

  @Test
  void echoesAndClosesOverTls() throws GeneralSecurityException, IOException, InterruptedException {
    SSLContext context = context();
    Tls tls = Tls.builder().sslContext(context).build();
    try (EchoServer echo = new EchoServer(0, EchoServer.SETTINGS, tls);
        RawWebSocket client =
            RawWebSocket.of(context.getSocketFactory().createSocket("127.0.0.1", echo.port()))) {
      client.shakeHands("/tls");
      Random random = new Random(1);
      for (int length : new int[] {0, 125, 70_000, 1 << 20}) {
        byte[] payload = new byte[length];
        random.nextBytes(payload);
        client.frame(RawWebSocket.BINARY, payload);
        assertThat(client.read().payload()).isEqualTo(payload);
      }
      client.frame(RawWebSocket.PING, new byte[] {1});
      assertThat(client.read().first()).isEqualTo(0x8a);
      client.close(1000, "");
      assertThat(client.read().closeCode()).isEqualTo(1000);
      assertThat(client.readToEnd()).isEmpty();
      await().atMost(10, SECONDS).until(() -> echo.server.transport.connections() == 0);
      await().atMost(10, SECONDS).until(() -> echo.server.pool.outstanding() == 0);
    }
  }
}
