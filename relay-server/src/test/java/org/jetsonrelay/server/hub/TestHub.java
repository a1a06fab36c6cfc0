// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jetsonrelay.server.frame.Frame;
import org.jetsonrelay.server.metrics.RelayMetrics;

/// A hub with small limits, and a clock that only goes when told to.
final class TestHub {

  static final long MILLI = 1_000_000;

  /// Cameras come and go by the thousand here; a field, since the level is lost with the logger.
  private static final Logger LOGGER = Logger.getLogger(Hub.class.getName());

  static {
    LOGGER.setLevel(Level.WARNING);
  }

  static final HubSettings SETTINGS =
      new HubSettings(
          3,
          2,
          4,
          2,
          Duration.ofSeconds(5),
          Duration.ofSeconds(2),
          Duration.ofSeconds(2),
          2,
          10_000,
          2);

  final TestFrames frames = new TestFrames();
  final RelayMetrics metrics = new RelayMetrics();
  final Hub hub;
  long nowNanos = Long.MAX_VALUE - 1_000 * MILLI; // wraps during the tests, as nanoTime may

  TestHub() {
    this(SETTINGS);
  }

  TestHub(HubSettings settings) {
    hub = new Hub(settings, metrics);
  }

  Feed attach(Publisher publisher, String name) {
    Attachment answer = hub.attach(publisher, name, "", nowNanos);
    assertThat(answer).isInstanceOf(Attachment.Attached.class);
    return ((Attachment.Attached) answer).feed();
  }

  void detach(Feed feed) {
    hub.detach(feed, nowNanos);
  }

  Watch join(Viewer viewer) {
    Admission answer = hub.join(viewer);
    assertThat(answer).isInstanceOf(Admission.Admitted.class);
    return ((Admission.Admitted) answer).watch();
  }

  Watch watchAll(Viewer viewer) {
    Watch watch = join(viewer);
    choose(watch, Choice.ALL);
    return watch;
  }

  Watch watch(Viewer viewer, String... names) {
    Watch watch = join(viewer);
    choose(watch, new Choice.Named(Set.of(names)));
    return watch;
  }

  void choose(Watch watch, Choice choice) {
    assertThat(hub.choose(watch, choice, nowNanos)).isInstanceOf(Selection.Accepted.class);
  }

  void leave(Watch watch) {
    hub.leave(watch, nowNanos);
  }

  void publish(Feed feed) {
    Frame frame = frames.frame(feed.nextSequence(), nowNanos);
    feed.publish(frame);
    frame.release();
  }

  void announce(Feed feed, Announced.Kind kind, boolean keyFrame) {
    Announced one = frames.announced(kind, 100, keyFrame);
    feed.announce(one);
    one.release();
  }

  void pass(long millis) {
    nowNanos += millis * MILLI;
  }

  void tickAfter(long millis) {
    pass(millis);
    hub.tick(nowNanos);
  }

  CameraRow row(String name) {
    return hub.cameraRows(nowNanos).stream()
        .filter(row -> row.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  List<String> names() {
    return hub.cameraRows(nowNanos).stream().map(CameraRow::name).toList();
  }

  /// Takes and frees all that waits for a viewer: `camera/sequence` of each frame.
  static List<String> takeAll(Watch watch) {
    List<String> taken = new ArrayList<>();
    for (Subscription subscription : watch.subscriptions()) {
      Frame frame = subscription.take();
      if (frame != null) {
        taken.add(subscription.camera().name() + "/" + frame.sequence());
        frame.release();
      }
    }
    return taken;
  }
}
