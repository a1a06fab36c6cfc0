// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.session;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.helidon.json.JsonObject;
import org.jetsonrelay.server.Jpegs;
import org.jetsonrelay.server.TestClient;
import org.jetsonrelay.server.TestRelay;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Questions for the time, and answers of all kinds, over real sockets.
class ClockExchangeTest {

  private static final String CLOCK = ",\"features\":[\"clock\"]";

  private final TestRelay relay = TestRelay.start();

  @AfterEach
  void stop() {
    relay.close();
  }

  private static void answer(TestClient client, JsonObject probe, double aheadMillis) {
    double now = System.currentTimeMillis() + aheadMillis;
    client.say(
        "{\"type\":\"clock_answer\",\"probe\":%d,\"receivedAt\":%.3f,\"sentAt\":%.3f}"
            .formatted(probe.longValue("probe", -1), now, now));
  }

  @Test
  void whoDoesNotAskForItIsNeverAskedForTheTime() {
    TestClient camera = relay.camera("front");
    TestClient viewer = relay.client().asViewer();
    TestClient asked = relay.client().asCamera("rear", CLOCK);
    asked.nextJson("clock_probe");
    camera.assertExhausted();
    viewer.assertExhausted();
    asked.ignoreTheRest();
  }

  @Test
  void tellsACameraWhatIsKnownOfItsClockAndWhichFrameItHas() {
    TestClient camera = relay.client().asCamera("front", CLOCK);
    JsonObject first = camera.nextJson("clock_probe");
    assertThat(first.keysAsStrings()).containsExactly("type", "probe", "sequence");
    assertThat(first.longValue("sequence", -1)).isZero();
    camera.send(Jpegs.jpeg(1_000, 1));
    answer(camera, first, 3_600_000);

    JsonObject second = camera.nextJson("clock_probe");
    assertThat(second.longValue("probe", -1)).isEqualTo(first.longValue("probe", -1) + 1);
    assertThat(second.longValue("sequence", -1)).isEqualTo(1);
    double offset = second.doubleValue("offsetMs", 0);
    double error = second.doubleValue("errorMs", -1);
    assertThat(error).isPositive();
    assertThat(Math.abs(offset - 3_600_000)).isLessThanOrEqualTo(error + 1);
    JsonObject clock = relay.onlyRow("cameras").objectValue("clock").orElseThrow();
    assertThat(clock.doubleValue("errorMs", -1)).isPositive();
    camera.ignoreTheRest();
  }

  @Test
  void answersToNoQuestionAndImpossibleOnesTeachNothing() {
    TestClient camera = relay.client().asCamera("front", CLOCK);
    long number = camera.nextJson("clock_probe").longValue("probe", -1);
    camera.say("{\"type\":\"clock_answer\",\"probe\":0}");
    camera.nextError("bad_json");
    camera.say(
        "{\"type\":\"clock_answer\",\"probe\":%d,\"receivedAt\":5000,\"sentAt\":5000}"
            .formatted(number + 1));
    camera.say(
        "{\"type\":\"clock_answer\",\"probe\":%d,\"receivedAt\":9000000,\"sentAt\":5000}"
            .formatted(number));
    // Only now the next question comes, and nothing is known yet.
    assertThat(camera.nextJson("clock_probe").keysAsStrings())
        .containsExactly("type", "probe", "sequence");
    JsonObject clock = relay.onlyRow("cameras").objectValue("clock").orElseThrow();
    assertThat(clock.keysAsStrings()).isEmpty();
    camera.ignoreTheRest();
  }

  @Test
  void withoutAClockNoFigureCrossesFromOneMachineToAnother() {
    TestClient camera = relay.camera("front");
    TestClient viewer = relay.viewer();
    camera.awaitText("start_streaming");
    long now = System.currentTimeMillis();
    for (int i = 0; i < 5; i++) {
      byte[] image = Jpegs.jpeg(1_000, i);
      camera.say(
          "{\"type\":\"image_data\",\"timestamp\":\"%d\",\"encodedAt\":%d,\"sentAt\":%d}"
              .formatted(now, now + 7, now + 9));
      camera.send(image);
      viewer.expectFrame(image);
    }
    await()
        .atMost(10, SECONDS)
        .until(
            () -> relay.onlyRow("viewers").objectValue("latency").orElseThrow().toString(),
            latency -> latency.contains("\"delivery\""));
    JsonObject hops = relay.onlyRow("cameras").objectValue("latency").orElseThrow();
    assertThat(hops.keysAsStrings()).containsExactly("encode", "handover");
    assertThat(hops.objectValue("encode").orElseThrow().doubleValue("p50", -1)).isEqualTo(7);
    assertThat(hops.objectValue("handover").orElseThrow().doubleValue("p99", -1)).isEqualTo(2);
    assertThat(
            relay
                .onlyRow("viewers")
                .objectValue("latency")
                .orElseThrow()
                .objectValue("front")
                .orElseThrow()
                .keysAsStrings())
        .containsExactly("relay", "delivery");
  }

  @Test
  void aViewerWithoutAClockMayNotSayWhenItPainted() {
    TestClient camera = relay.camera("front");
    TestClient viewer = relay.viewer();
    camera.awaitText("start_streaming");
    camera.say("{\"type\":\"frame_painted\",\"camera\":\"front\",\"sequence\":1,\"paintedAt\":5}");
    camera.nextError("not_a_viewer");
    byte[] image = Jpegs.jpeg(1_000, 1);
    camera.send(image);
    viewer.expectFrame(image);
    viewer
        .say("{\"type\":\"frame_painted\",\"camera\":\"front\",\"sequence\":1,\"paintedAt\":5}")
        .assertExhausted();
    assertThat(relay.onlyRow("viewers").objectValue("latency").orElseThrow().toString())
        .doesNotContain("toScreen");
  }
}
