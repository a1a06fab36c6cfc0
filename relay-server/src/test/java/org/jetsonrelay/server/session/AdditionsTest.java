// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.session;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.helidon.json.JsonObject;
import java.time.Instant;
import java.util.List;
import org.jetsonrelay.server.Jpegs;
import org.jetsonrelay.server.TestClient;
import org.jetsonrelay.server.TestRelay;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What only a client gets that asked for it: names, choices, lists, events, details.
class AdditionsTest {
  private final TestRelay relay = TestRelay.start("STALE_AFTER", "500ms", "PACING", "off");

  @AfterEach
  void stop() {
    relay.close();
  }

  private static List<JsonObject> cameras(JsonObject list) {
    return list.arrayValue("cameras").orElseThrow().values().stream()
        .map(value -> value.asObject())
        .toList();
  }

  @Test
  void listsCamerasByNameWithAllTheirFields() {
    TestClient viewer = relay.client().asViewer();
    viewer.say("{\"type\":\"list_cameras\"}");
    assertThat(viewer.awaitText("camera_list"))
        .isEqualTo("{\"type\":\"camera_list\",\"cameras\":[]}");
    TestClient rear = relay.camera("rear");
    TestClient front = relay.camera("front.left_1-A");
    front.send(Jpegs.jpeg(1_000, 1)).assertExhausted();
    viewer.say("{\"type\":\"list_cameras\"}");
    List<JsonObject> list = cameras(viewer.nextJson("camera_list"));
    assertThat(list).hasSize(2);
    assertThat(list.getFirst().keysAsStrings())
        .containsExactly("name", "from", "live", "fps", "width", "height", "viewers");
    assertThat(list.getFirst().stringValue("name", "")).isEqualTo("front.left_1-A");
    assertThat(list.getFirst().stringValue("from", "")).isEqualTo(front.id());
    assertThat(list.getFirst().intValue("width", 0)).isEqualTo(Jpegs.WIDTH);
    assertThat(list.getFirst().intValue("height", 0)).isEqualTo(Jpegs.HEIGHT);
    assertThat(list.getLast().toString())
        .isEqualTo(
            "{\"name\":\"rear\",\"from\":\"%s\",\"live\":false,\"fps\":0,\"width\":0,\"height\":0,\"viewers\":0}"
                .formatted(rear.id()));
  }

  @Test
  void namesACameraAfterItsClientIdWhenItGivesNoName() {
    TestClient camera = relay.client();
    camera.say("{\"type\":\"client_type\",\"clientType\":\"jetson\",\"name\":null}");
    camera.awaitText("registration_success");
    assertThat(relay.onlyRow("cameras").stringValue("name", "")).isEqualTo(camera.id());
  }

  @Test
  void pushesTheListWhenACameraComesTurnsLiveTurnsStaleAndGoes() {
    TestClient viewer = relay.client().asViewer(",\"features\":[\"camera_events\",\"new\"]");
    TestClient plain = relay.client().asViewer();
    assertThat(cameras(viewer.nextJson("camera_list"))).isEmpty();
    TestClient camera = relay.camera("front");
    assertThat(cameras(viewer.nextJson("camera_list"))).hasSize(1);
    camera.send(Jpegs.jpeg(1_000, 1));
    assertThat(cameras(viewer.nextJson("camera_list")).getFirst().booleanValue("live", false))
        .isTrue();
    assertThat(cameras(viewer.nextJson("camera_list")).getFirst().booleanValue("live", true))
        .isFalse();
    camera.send(Jpegs.jpeg(1_000, 2));
    assertThat(cameras(viewer.nextJson("camera_list")).getFirst().booleanValue("live", false))
        .isTrue();
    camera.close();
    assertThat(cameras(viewer.nextJson("camera_list"))).isEmpty();
    plain.assertExhausted();
  }

  @Test
  void sendsOnlyTheChosenCamerasAndFollowsAChangeOfMind() {
    TestClient front = relay.camera("front");
    TestClient rear = relay.camera("rear");
    TestClient viewer = relay.client().asViewer().watch(",\"cameras\":[\"rear\",\"rear\"]");
    rear.awaitText("start_streaming");
    byte[] image = Jpegs.jpeg(1_000, 1);
    front.send(image).assertExhausted();
    viewer.assertExhausted();
    rear.send(image);
    assertThat(viewer.nextPair().json().stringValue("from", "")).isEqualTo(rear.id());

    viewer.watch(",\"cameras\":[]").assertExhausted();
    rear.send(image).assertExhausted();
    viewer.assertExhausted();

    viewer.watch(",\"cameras\":[\"front\",\"rear\"]");
    viewer.nextPair();
    viewer.nextPair();
    front.awaitText("start_streaming");
    viewer.watch(",\"cameras\":[\"front\",\"rear\",\"nowhere\"]");
    assertThat(viewer.nextError("unknown_camera")).contains("nowhere");
    // It is watched as soon as it comes.
    TestClient late = relay.camera("nowhere");
    late.awaitText("start_streaming");
    late.send(image);
    assertThat(viewer.nextPair().json().stringValue("from", "")).isEqualTo(late.id());
  }

  @Test
  void thinsFramesToMaxFpsAndCountsThemAsSkippedForThatReason() {
    TestClient viewer = relay.client().asViewer().watch(",\"maxFps\":0.01").assertExhausted();
    TestClient camera = relay.camera("front");
    camera.awaitText("start_streaming");
    byte[] first = Jpegs.jpeg(1_000, 0);
    camera.send(first);
    viewer.expectFrame(first);
    byte[] last = first;
    for (int i = 1; i <= 10; i++) {
      last = Jpegs.jpeg(1_000, i);
      camera.send(last);
    }
    camera.assertExhausted();
    viewer.assertExhausted();
    assertThat(relay.onlyRow("viewers").objectValue("skipped").orElseThrow().toString())
        .isEqualTo("{\"left\":0,\"link\":0,\"rate\":9,\"stalled\":0}");
    // Without a limit, what waits comes at once.
    viewer.watch();
    viewer.expectFrame(last);
  }

  @Test
  void describesFramesInDetail() {
    TestClient viewer =
        relay.client().asViewer(",\"features\":[\"frame_details\"]").watch().assertExhausted();
    TestClient camera = relay.camera("front");
    camera.awaitText("start_streaming");
    long captured = System.currentTimeMillis();
    camera.say("{\"type\":\"image_data\",\"timestamp\":\"" + captured + "\"}");
    camera.send(Jpegs.jpeg(1_000, 1));
    JsonObject first = viewer.nextPair().json();
    assertThat(first.keysAsStrings())
        .containsExactly(
            "type",
            "from",
            "timestamp",
            "size",
            "camera",
            "sequence",
            "capturedAt",
            "width",
            "height",
            "ageMs",
            "skipped");
    assertThat(first.stringValue("camera", "")).isEqualTo("front");
    assertThat(first.intValue("sequence", 0)).isEqualTo(1);
    assertThat(first.intValue("width", 0)).isEqualTo(Jpegs.WIDTH);
    assertThat(first.intValue("height", 0)).isEqualTo(Jpegs.HEIGHT);
    assertThat(first.longValue("skipped", -1)).isZero();
    Instant received = Instant.parse(first.stringValue("timestamp", ""));
    assertThat(Instant.parse(first.stringValue("capturedAt", ""))).isBeforeOrEqualTo(received);
    viewer.say("{\"type\":\"stop_stream\"}").assertExhausted();
    camera.send(Jpegs.jpeg(1_000, 2)).assertExhausted();
    viewer.watch();
    assertThat(viewer.nextPair().json().intValue("sequence", 0)).isEqualTo(2);
  }

  @Test
  void aNewerConnectionOfTheSameNameReplacesTheOlderOne() {
    TestClient viewer = relay.viewer();
    TestClient older = relay.camera("front");
    older.awaitText("start_streaming");
    byte[] image = Jpegs.jpeg(1_000, 1);
    older.send(image);
    viewer.expectFrame(image);
    TestClient newer = relay.camera("front");
    older.awaitClose(4409);
    newer.awaitText("start_streaming");
    byte[] next = Jpegs.jpeg(1_000, 2);
    newer.send(next);
    assertThat(viewer.nextPair().json().stringValue("from", "")).isEqualTo(newer.id());
    await().atMost(10, SECONDS).until(() -> relay.openSessions() == 2);
    assertThat(relay.onlyRow("cameras").stringValue("from", "")).isEqualTo(newer.id());
  }
}
