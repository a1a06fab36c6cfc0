// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.capture.ffmpeg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.imageio.ImageIO;
import org.jetsonrelay.agent.capture.JpegRepairTest;
import org.jetsonrelay.agent.capture.Picture;
import org.jetsonrelay.agent.capture.Source.Read;
import org.jetsonrelay.agent.capture.SourceException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A camera through FFmpeg: here one that sends JPEGs by HTTP, in parts, some of them odd. */
@Timeout(120)
class LiveSourceTest {

  private static final Duration SLICE = Duration.ofMillis(200);
  private static final int PARTS = 40;

  private final Picture picture = new Picture(64);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private HttpServer server;

  /** What the camera sends, over and over. */
  private volatile byte[] jpeg = JpegRepairTest.WHOLE;

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::send);
    server.start();
  }

  @AfterEach
  void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private void send(HttpExchange exchange) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "multipart/x-mixed-replace;boundary=b");
    exchange.sendResponseHeaders(200, 0);
    try (OutputStream body = exchange.getResponseBody()) {
      for (int part = 0; part < PARTS; part++) {
        String head =
            "--b\r\nContent-Type: image/jpeg\r\nContent-Length: " + jpeg.length + "\r\n\r\n";
        body.write(head.getBytes(StandardCharsets.US_ASCII));
        body.write(jpeg);
        body.write("\r\n".getBytes(StandardCharsets.US_ASCII));
      }
    }
  }

  private LiveSource camera(int width, int height) {
    return new LiveSource(
        "http camera",
        "http://user:secret@127.0.0.1:" + server.getAddress().getPort() + "/",
        "mpjpeg",
        Map.of(),
        width,
        height,
        80,
        InstantSource.system());
  }

  private void readFrame(LiveSource source) throws SourceException, InterruptedException {
    Read read = source.read(picture, SLICE);
    while (read == Read.TIMEOUT) {
      read = source.read(picture, SLICE);
    }
    assertThat(read).isEqualTo(Read.PICTURE);
  }

  private byte[] bytes() {
    byte[] bytes = new byte[picture.data().remaining()];
    picture.data().get(0, bytes);
    return bytes;
  }

  @Test
  void handsTheCamerasOwnJpegsOn() throws InterruptedException, SourceException {
    try (LiveSource source = camera(0, 0)) {
      source.open();
      assertThat(source.description())
          .isEqualTo("http camera, its JPEGs untouched, through FFmpeg");
      assertThat(source.quality(5)).isFalse();
      readFrame(source);
      assertThat(bytes()).isEqualTo(JpegRepairTest.WHOLE);
      assertThat(picture.capturedAtMillis()).isPositive();
    }
  }

  @Test
  void addsTheTablesAndCutsThePaddingOfAUsbCamera()
      throws IOException, InterruptedException, SourceException {
    jpeg = Arrays.copyOf(JpegRepairTest.BARE, JpegRepairTest.BARE.length + 300);
    try (LiveSource source = camera(0, 0)) {
      source.open();
      readFrame(source);
      assertThat(bytes().length)
          .isGreaterThan(JpegRepairTest.BARE.length)
          .isLessThan(jpeg.length + 200);
      assertThat(ImageIO.read(new ByteArrayInputStream(bytes())).getWidth()).isEqualTo(48);
    }
  }

  @Test
  void encodesAnewForAnotherSize() throws IOException, InterruptedException, SourceException {
    try (LiveSource source = camera(96, 64)) {
      source.open();
      readFrame(source);
      int before = bytes().length;
      assertThat(ImageIO.read(new ByteArrayInputStream(bytes())).getWidth()).isEqualTo(96);
      assertThat(source.quality(2)).isTrue();
      readFrame(source);
      assertThat(bytes().length).isLessThan(before);
    }
  }

  @Test
  void endsWithTheCamera() throws InterruptedException, SourceException {
    try (LiveSource source = camera(0, 0)) {
      source.open();
      int frames = 0;
      Read read = source.read(picture, SLICE);
      while (read != Read.END) {
        frames += read == Read.PICTURE ? 1 : 0;
        read = source.read(picture, SLICE);
      }
      assertThat(frames).isBetween(1, PARTS);
    }
  }

  @Test
  void keepsThePasswordOutOfItsMessages() {
    server.stop(0);
    try (LiveSource source = camera(0, 0)) {
      assertThatThrownBy(source::open)
          .isInstanceOf(SourceException.class)
          .hasMessageStartingWith("http camera cannot be opened by FFmpeg")
          .hasMessageNotContaining("secret");
    }
  }

  @Test
  void opensNoCameraThatIsNotThere() {
    try (LiveSource source =
        LiveSource.v4l2("/dev/video99", 30, 640, 480, 80, InstantSource.system())) {
      assertThatThrownBy(source::open).hasMessageContaining("v4l2:/dev/video99 cannot be opened");
    }
    try (LiveSource source =
        LiveSource.rtsp(
            "rtsp://127.0.0.1:1/x", "rtsp://u:p@127.0.0.1:1/x", 0, 0, 80, InstantSource.system())) {
      assertThatThrownBy(source::open).hasMessageContaining("rtsp://127.0.0.1:1/x cannot be");
    }
  }
}
