// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.cluster;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jetsonrelay.server.Jpegs;
import org.jetsonrelay.server.frame.BlockPool;
import org.jetsonrelay.server.hub.Admission;
import org.jetsonrelay.server.hub.CameraRow;
import org.jetsonrelay.server.hub.Choice;
import org.jetsonrelay.server.hub.Hub;
import org.jetsonrelay.server.hub.HubSettings;
import org.jetsonrelay.server.hub.Viewer;
import org.jetsonrelay.server.hub.ViewerRow;
import org.jetsonrelay.server.hub.Watch;
import org.jetsonrelay.server.metrics.RelayMetrics;
import org.jetsonrelay.server.protocol.ClientIds;
import org.jetsonrelay.server.remote.RemoteContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What becomes of frames from the bus, on a bus that does what the test says.
class RemotesTest {

  private static final int MAX_FRAME_BYTES = 5_000;
  private static final long NODE = 7;

  private static final ClusterSettings SETTINGS =
      ClusterSettings.of(List.of("nats://x"), "self", "p", 1, BusLogin.NONE, 10, MAX_FRAME_BYTES);

  /// Remembers who listens, and is always connected.
  private static final class TestBus implements Bus {
    private final Map<String, Consumer<byte[]>> handlers = new HashMap<>();

    @Override
    public void start(Consumer<byte[]> control, Runnable changed) {}

    @Override
    public boolean connected() {
      return true;
    }

    @Override
    public boolean tell(String subject, byte[] message) {
      return true;
    }

    @Override
    public long maxBytes() {
      return 1 << 20;
    }

    @Override
    public boolean awaitRoom(String subject) {
      return true;
    }

    @Override
    public long maxBytes(String subject) {
      return 1 << 20;
    }

    @Override
    public boolean send(String subject, byte[] frame) {
      return true;
    }

    @Override
    public void listen(String subject, Consumer<byte[]> handler, Runnable listening) {
      assertThat(handlers.put(subject, handler)).as("listened to twice").isNull();
      listening.run();
    }

    @Override
    public void unlisten(String subject) {
      assertThat(handlers.remove(subject)).as("was not listened to").isNotNull();
    }

    @Override
    public String server() {
      return "";
    }

    @Override
    public void close() {}
  }

  private final TestBus bus = new TestBus();
  private final BusCounts counts = new BusCounts();
  private final BlockPool pool = new BlockPool(0);
  private final Hub hub = new Hub(HubSettings.defaults(), new RelayMetrics());
  private final Members members = new Members(SETTINGS, 1);
  private final Subjects subjects = new Subjects("p");
  private final String subject = subjects.frames(NODE, "front");
  private final Remotes remotes =
      new Remotes(
          SETTINGS,
          new RemoteContext(
              hub,
              pool,
              new ClientIds(InstantSource.system()),
              InstantSource.system(),
              System::nanoTime),
          bus,
          subjects,
          counts,
          () -> {});
  private final Watch watch = ((Admission.Admitted) hub.join(new Idle())).watch();

  @BeforeEach
  void aCameraThatSomebodyWatches() {
    members.heard(new BusMessage.Sender(NODE, "barn"), 0);
    announce("front");
    remotes.show(members, Set.of());
    assertThat(remotes.follow()).isEmpty();
    assertThat(bus.handlers).isEmpty();
    hub.choose(watch, new Choice.Named(Set.of("front")), System.nanoTime());
    remotes.follow();
    assertThat(remotes.follow()).isEqualTo(Map.of(NODE, List.of("front")));
  }

  @AfterEach
  void nothingIsLeft() {
    remotes.close();
    hub.leave(watch, System.nanoTime());
    assertThat(bus.handlers).isEmpty();
    await("frames are freed").atMost(10, SECONDS).until(() -> pool.outstanding() == 0);
  }

  private void announce(String... cameras) {
    members.table(
        NODE,
        Arrays.stream(cameras)
            .map(name -> new BusMessage.Entry(name, true, 0, 10, 1_000, 640, 480))
            .toList(),
        0);
  }

  private void arrive(long node, long run, long sequence, byte[] jpeg) {
    byte[] message = new byte[FrameHeader.BYTES + jpeg.length];
    new FrameHeader(node, run, sequence, 0).put(message);
    System.arraycopy(jpeg, 0, message, FrameHeader.BYTES, jpeg.length);
    handler().accept(message);
  }

  private Consumer<byte[]> handler() {
    return Objects.requireNonNull(bus.handlers.get(subject), "nobody listens");
  }

  private CameraRow row() {
    return hub.cameraRows(System.nanoTime()).getFirst();
  }

  private void expectFrames(long count) {
    await("frames").atMost(10, SECONDS).until(() -> row().frames() == count);
  }

  @Test
  void whatComesTwiceOrLateIsDropped() {
    byte[] jpeg = Jpegs.jpeg(1_000, 1);
    arrive(NODE, 1, 1, jpeg);
    expectFrames(1);
    arrive(NODE, 1, 1, jpeg);
    arrive(NODE, 1, 3, jpeg);
    expectFrames(2);
    arrive(NODE, 1, 2, jpeg);
    arrive(NODE, 0, 99, jpeg);
    arrive(NODE + 1, 9, 99, jpeg);
    assertThat(counts.outdated.sum()).isEqualTo(4);
    // The camera begins to count anew.
    arrive(NODE, 2, 1, jpeg);
    expectFrames(3);
    assertThat(counts.framesIn.sum()).isEqualTo(3);
    assertThat(row().width()).isEqualTo(Jpegs.WIDTH);
  }

  @Test
  void whatIsTooLongOrNoPictureIsDropped() {
    arrive(NODE, 1, 1, Jpegs.jpeg(MAX_FRAME_BYTES, 1));
    expectFrames(1);
    arrive(NODE, 1, 2, Jpegs.jpeg(MAX_FRAME_BYTES + 1, 1));
    arrive(NODE, 1, 3, new byte[100]);
    arrive(NODE, 1, 4, new byte[0]);
    handler().accept(new byte[3]);
    assertThat(counts.malformed.sum()).isEqualTo(4);
    assertThat(counts.framesIn.sum()).isEqualTo(1);
  }

  @Test
  void newestWinsHoweverFastTheyCome() {
    int sent = 2_000;
    for (int i = 1; i <= sent; i++) {
      arrive(NODE, 1, i, Jpegs.jpeg(200, i));
    }
    await("all are accounted for")
        .atMost(10, SECONDS)
        .until(() -> row().frames() + counts.overtaken.sum() == sent);
  }

  @Test
  void aCameraIsListenedToOnlyWhileItIsWatched() {
    hub.choose(watch, Choice.NONE, System.nanoTime());
    hub.tick(System.nanoTime() + Duration.ofMinutes(1).toNanos());
    assertThat(remotes.follow()).isEmpty();
    assertThat(bus.handlers).isEmpty();
    assertThat(row().fps()).isEqualTo(10);
    assertThat(row().live()).isTrue();
  }

  @Test
  void aCameraThatIsNoLongerAnnouncedIsGone() {
    announce();
    remotes.show(members, Set.of());
    assertThat(hub.cameraRows(System.nanoTime())).isEmpty();
    assertThat(bus.handlers).isEmpty();
    announce("front");
    remotes.show(members, Set.of());
    remotes.follow();
    assertThat(remotes.follow()).isEqualTo(Map.of(NODE, List.of("front")));
  }

  /// Watches, and does nothing about it.
  private static final class Idle implements Viewer {
    @Override
    public String id() {
      return "v1";
    }

    @Override
    public void mail() {}

    @Override
    public void camerasChanged() {}

    @Override
    public ViewerRow row() {
      return new ViewerRow(
          id(), "", List.of(), 0, 0, 0, 0, Map.of(), 0, 0, -1, -1, -1, -1, 0, Map.of());
    }
  }
}
