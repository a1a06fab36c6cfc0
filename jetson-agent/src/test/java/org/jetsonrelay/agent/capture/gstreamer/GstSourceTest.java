// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.capture.gstreamer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.imageio.ImageIO;
import org.jetsonrelay.agent.capture.JpegRepairTest;
import org.jetsonrelay.agent.capture.Picture;
import org.jetsonrelay.agent.capture.Source.Read;
import org.jetsonrelay.agent.capture.SourceException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With the machine's own GStreamer. */
class GstSourceTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Picture picture = new Picture(1024);

  @BeforeEach
  void needsGstreamer() throws SourceException {
    Installed.library();
  }

  @Test
  void deliversPicturesOfTheSizeAskedFor()
      throws IOException, InterruptedException, SourceException {
    GstSettings settings = GstSettings.of(new Input.Test()).withSize(320, 240).withFps(30);
    try (GstSource source = new GstSource(settings.withEncoder(Encoder.CPU))) {
      source.open();
      long last = 0;
      for (int count = 0; count < 5; count++) {
        assertThat(source.read(picture, PATIENCE)).isEqualTo(Read.PICTURE);
        assertThat(picture.capturedAtMillis()).isGreaterThan(last);
        last = picture.capturedAtMillis();
        assertThat(System.currentTimeMillis() - last).isBetween(0L, 10_000L);
      }
      BufferedImage image = decoded();
      assertThat(image.getWidth()).isEqualTo(320);
      assertThat(image.getHeight()).isEqualTo(240);
    }
  }

  @Test
  void changesTheQualityOfTheFramesToCome()
      throws IOException, InterruptedException, SourceException {
    try (GstSource source =
        open(
            "videotestsrc pattern=snow ! video/x-raw,width=320,height=240"
                + " ! jpegenc name=enc quality=95 ! appsink name=sink max-buffers=1")) {
      int before = sixthFrameBytes(source);
      assertThat(source.quality(5)).isTrue();
      assertThat(sixthFrameBytes(source)).isLessThan(before / 2);
      assertThatThrownBy(() -> source.quality(0)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> source.quality(101)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void cannotChangeTheQualityOfWhatPassesThrough()
      throws IOException, InterruptedException, SourceException {
    try (GstSource source = open("videotestsrc ! jpegenc")) {
      assertThat(source.quality(50)).isFalse();
    }
    assertThat(new GstSource(GstSettings.of(new Input.Test())).quality(50)).isFalse();
  }

  @Test
  void growsThePictureForALargeFrame() throws IOException, InterruptedException, SourceException {
    try (GstSource source =
        open(
            "videotestsrc num-buffers=1 pattern=snow ! video/x-raw,width=1280,height=720"
                + " ! jpegenc quality=100")) {
      assertThat(source.read(picture, PATIENCE)).isEqualTo(Read.PICTURE);
      assertThat(picture.data().limit()).isGreaterThan(256 * 1024);
      assertThat(decoded().getWidth()).isEqualTo(1280);
    }
  }

  @Test
  void refusesAFrameBeyondTheLimit() throws IOException, InterruptedException, SourceException {
    try (GstSource source =
        open("fakesrc num-buffers=1 sizetype=fixed sizemax=" + (GstSource.MOST_BYTES + 1))) {
      assertThatThrownBy(() -> source.read(picture, PATIENCE))
          .isInstanceOf(SourceException.class)
          .hasMessageContaining("16777217");
    }
  }

  @Test
  void endsWithItsInput() throws IOException, InterruptedException, SourceException {
    try (GstSource source =
        open("videotestsrc num-buffers=2 ! jpegenc ! appsink name=sink max-buffers=2")) {
      assertThat(source.read(picture, PATIENCE)).isEqualTo(Read.PICTURE);
      assertThat(source.read(picture, PATIENCE)).isEqualTo(Read.PICTURE);
      assertThat(source.read(picture, PATIENCE)).isEqualTo(Read.END);
      assertThat(picture.data().limit()).isZero();
    }
  }

  @Test
  void playsAFileOverAndOver(@TempDir Path folder)
      throws IOException, InterruptedException, SourceException {
    Path file = Files.write(folder.resolve("once.jpg"), JpegRepairTest.WHOLE);
    GstSettings settings = GstSettings.of(Input.parse("file:" + file));
    try (GstSource source = new GstSource(settings.withEncoder(Encoder.CPU))) {
      source.open();
      int frames = 0;
      while (frames < 3) {
        Read read = source.read(picture, PATIENCE);
        assertThat(read).isNotEqualTo(Read.END);
        frames += read == Read.PICTURE ? 1 : 0;
      }
    }
  }

  @Test
  void timesOutWithoutAFrame() throws IOException, InterruptedException, SourceException {
    try (GstSource source = open("appsrc ! image/jpeg")) {
      assertThat(source.read(picture, Duration.ofMillis(120))).isEqualTo(Read.TIMEOUT);
      assertThat(source.read(picture, Duration.ZERO)).isEqualTo(Read.TIMEOUT);
    }
  }

  @Test
  void stopsWaitingWhenInterrupted() throws IOException, InterruptedException, SourceException {
    try (GstSource source = open("appsrc ! image/jpeg")) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> source.read(picture, PATIENCE))
          .isInstanceOf(InterruptedException.class);
    }
  }

  @Test
  void refusesAPipelineThatDeliversNoJpegs()
      throws IOException, InterruptedException, SourceException {
    try (GstSource source =
        open("videotestsrc ! video/x-raw,width=64,height=64 ! appsink name=sink max-buffers=1")) {
      assertThatThrownBy(() -> source.read(picture, PATIENCE))
          .isInstanceOf(SourceException.class)
          .hasMessageContaining("30 frames in a row");
    }
  }

  @Test
  void addsTheTablesThatACameraLeavesOut(@TempDir Path folder)
      throws IOException, InterruptedException, SourceException {
    Path file = Files.write(folder.resolve("bare.jpg"), JpegRepairTest.BARE);
    try (GstSource source =
        open("filesrc blocksize=1000000 location=" + PipelineBuilder.quoted(file.toString()))) {
      assertThat(source.read(picture, PATIENCE)).isEqualTo(Read.PICTURE);
      assertThat(decoded().getWidth()).isEqualTo(48);
      assertThat(source.read(picture, PATIENCE)).isEqualTo(Read.END);
    }
  }

  @Test
  void readsAFileWhateverItIsCalled(@TempDir Path folder)
      throws IOException, InterruptedException, SourceException {
    for (String name :
        new String[] {
          "a\" ! fakesink name=\"x.jpg", "b\\\" ! x.jpg", "c\\n\\.jpg", "\"d\".jpg", "ä€𝄞 ! '.jpg"
        }) {
      Path file = Files.write(folder.resolve(name), JpegRepairTest.WHOLE);
      GstSettings settings = GstSettings.of(Input.parse("file:" + file));
      try (GstSource source = new GstSource(settings.withEncoder(Encoder.CPU))) {
        source.open();
        assertThat(source.read(picture, PATIENCE)).as(name).isEqualTo(Read.PICTURE);
        assertThat(decoded().getWidth()).isEqualTo(48);
      }
    }
  }

  @Test
  void saysWhatGstreamerSaid() {
    assertThatThrownBy(() -> open("nosuchelement"))
        .isInstanceOf(SourceException.class)
        .hasMessageContaining("no element \"nosuchelement\"");
    assertThatThrownBy(() -> new GstSource(GstSettings.of(new Input.File("/no/such.mp4"))).open())
        .isInstanceOf(SourceException.class)
        .hasMessageContaining("/no/such.mp4");
    assertThatThrownBy(() -> new GstSource(GstSettings.of(new Input.V4l2("/dev/video77"))).open())
        .isInstanceOf(SourceException.class)
        .hasMessageContaining("v4l2:/dev/video77 cannot be opened: ");
    assertThatThrownBy(() -> open("ä€𝄞"))
        .isInstanceOf(SourceException.class)
        .hasMessageStartingWith("pipeline:ä€𝄞: ");
  }

  @Test
  void opensAgainAfterClosing() throws IOException, InterruptedException, SourceException {
    GstSource source = new GstSource(GstSettings.of(new Input.Test()).withSize(64, 64));
    for (int round = 0; round < 3; round++) {
      source.open();
      assertThat(source.read(picture, PATIENCE)).isEqualTo(Read.PICTURE);
      source.close();
      source.close();
      assertThatThrownBy(() -> source.read(picture, PATIENCE))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void freesACaptureOnlyWhenNobodyIsInside()
      throws InterruptedException, SourceException, TimeoutException {
    GstCapture capture = Installed.library().open("appsrc ! appsink name=sink");
    CountDownLatch inside = new CountDownLatch(1);
    FutureTask<Integer> pull =
        new FutureTask<>(() -> {
          inside.countDown();
          return capture.pull(ByteBuffer.allocateDirect(64), Duration.ofMillis(700).toNanos());
        });
    Thread thread = new Thread(pull, "pull");
    thread.start();
    inside.await();
    while (thread.getState() == Thread.State.NEW) {
      Thread.onSpinWait();
    }
    capture.close();
    try {
      assertThat(pull.get(20, TimeUnit.SECONDS)).isEqualTo(GstNative.TIMEOUT);
    } catch (ExecutionException e) {
      // The close was faster than the thread.
      assertThat(e).hasCauseInstanceOf(IllegalStateException.class);
    }
    thread.join();
    assertThatThrownBy(() -> capture.pull(ByteBuffer.allocateDirect(64), 0))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> capture.set("enc", "quality", 1))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(capture::lastError).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(capture::capturedAtMillis).isInstanceOf(IllegalStateException.class);
    capture.close();
  }

  @Test
  void pullsIntoDirectMemoryOnly() throws IOException, InterruptedException, SourceException {
    try (GstCapture capture = Installed.library().open("appsrc ! appsink name=sink")) {
      assertThatThrownBy(() -> capture.pull(ByteBuffer.allocate(64), 0))
          .isInstanceOf(SourceException.class)
          .hasMessageContaining("direct buffer");
    }
  }

  @Test
  void refusesTextThatIsTooLong() throws IOException, InterruptedException, SourceException {
    GstLibrary library = Installed.library();
    String longest = "x".repeat(GstNative.TEXT_BYTES_MAX);
    assertThatThrownBy(() -> library.open(longest)).hasMessageContaining("no element");
    assertThatThrownBy(() -> library.open(longest + "x")).hasMessageContaining("16384");
    assertThatThrownBy(() -> library.open("a\0b")).hasMessageContaining("NUL");
    assertThatThrownBy(() -> GstNative.open(new byte[GstNative.TEXT_BYTES_MAX + 1]))
        .isInstanceOf(SourceException.class)
        .hasMessageContaining("16 KiB");
  }

  @Test
  void readsWhatACameraOffers() {
    String caps =
        "image/jpeg, width=(int)1280; video/x-raw, format=(string){ YUY2, NV12 };"
            + " video/x-raw(memory:DMABuf), format=(string)UYVY, width=(int)[ 1, 2 ];"
            + " video/x-raw, format={ (string)GRAY8, (string)I420 }";
    assertThat(GstLibrary.words(caps))
        .containsExactlyInAnyOrder(
            "image/jpeg", "video/x-raw", "UYVY", "YUY2", "NV12", "GRAY8", "I420");
    assertThat(GstLibrary.words("")).isEmpty();
  }

  @Test
  void explainsWhatIsMissing() {
    Path file = Path.of("/x.so");
    assertThat(GstLibrary.explained(file, "libgstapp-1.0.so.0: cannot open shared object file"))
        .contains("apt-get install gstreamer1.0-plugins-base");
    assertThat(GstLibrary.explained(file, "x.so: failed to map segment from shared object"))
        .contains("noexec");
    assertThat(GstLibrary.explained(file, "wrong ELF class")).contains("wrong ELF class");
  }

  private static GstSource open(String pipeline) throws SourceException {
    GstSource source = new GstSource(GstSettings.of(new Input.Custom(pipeline)));
    source.open();
    return source;
  }

  private int sixthFrameBytes(GstSource source)
      throws IOException, InterruptedException, SourceException {
    for (int count = 0; count < 6; count++) {
      assertThat(source.read(picture, PATIENCE)).isEqualTo(Read.PICTURE);
    }
    return picture.data().remaining();
  }

  private BufferedImage decoded() throws IOException, InterruptedException, SourceException {
    byte[] bytes = new byte[picture.data().remaining()];
    picture.data().get(0, bytes);
    return ImageIO.read(new ByteArrayInputStream(bytes));
  }
}
