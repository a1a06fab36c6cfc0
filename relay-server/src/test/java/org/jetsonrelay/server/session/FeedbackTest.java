// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.session;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.jetsonrelay.server.hub.Admission;
import org.jetsonrelay.server.hub.Attachment;
import org.jetsonrelay.server.hub.Choice;
import org.jetsonrelay.server.hub.Feed;
import org.jetsonrelay.server.hub.Hub;
import org.jetsonrelay.server.hub.HubSettings;
import org.jetsonrelay.server.hub.Viewer;
import org.jetsonrelay.server.hub.ViewerRow;
import org.jetsonrelay.server.hub.Watch;
import org.jetsonrelay.server.metrics.RelayMetrics;
import org.junit.jupiter.api.Test;

/// When a publisher is told of its viewers.
class FeedbackTest {

  private static final long MILLI = 1_000_000;

  private final Hub hub = new Hub(HubSettings.defaults(), new RelayMetrics());
  private final Feed feed = attach("client_1");
  private final List<String> said = new ArrayList<>();
  private final Feedback feedback =
      new Feedback(feed, text -> said.add(new String(text, UTF_8)), 0);

  /// A viewer that takes nothing.
  private record Idle(String id) implements Viewer {
    @Override
    public void mail() {}

    @Override
    public void camerasChanged() {}

    @Override
    public ViewerRow row() {
      return ViewerRole.newcomer(id, "192.0.2.2:4712", 0);
    }
  }

  private Feed attach(String id) {
    return ((Attachment.Attached) hub.attach(new SilentPublisher(id), "front", "", 0)).feed();
  }

  private Watch watch() {
    Watch watch = ((Admission.Admitted) hub.join(new Idle("client_2"))).watch();
    assertThat(hub.choose(watch, Choice.ALL, 0)).isNotNull();
    return watch;
  }

  private void sweep(long fromMillis, long toMillis) {
    for (long at = fromMillis; at <= toMillis; at += 250) {
      feedback.check(at * MILLI);
    }
  }

  @Test
  void isSilentWhileNobodyWatches() {
    sweep(0, 10_000);

    assertThat(said).isEmpty();
  }

  @Test
  void speaksOnceASecondFromTheSecondAfterAViewerCame() {
    watch();
    sweep(0, 10_000);

    assertThat(said)
        .hasSize(9)
        .containsOnly(
            "{\"type\":\"stream_feedback\",\"viewers\":1,\"deliveredFps\":0,\"wantedFps\":0,\"ageMs\":0}");
  }

  @Test
  void fallsSilentWhenTheLastViewerHasLeft() {
    Watch watch = watch();
    sweep(0, 2_000);
    hub.leave(watch, 2_000 * MILLI);
    said.clear();
    sweep(2_250, 6_000);

    assertThat(said).isEmpty();
  }

  @Test
  void isSilentOnceAnotherPublisherHasTheCamera() {
    watch();
    attach("client_3");
    sweep(0, 5_000);

    assertThat(said).isEmpty();
  }
}
