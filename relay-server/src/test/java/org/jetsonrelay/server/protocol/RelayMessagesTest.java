// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a relay says and hears as a viewer of another one.
class RelayMessagesTest {

  private static final CameraEntry FRONT =
      new CameraEntry(
          "front@barn", "client_1", true, 29.5, 1280, 720, 3, "barn", List.of("1f", "2"));

  private static ClientMessage understood(byte[] json) {
    return ClientMessages.parse(ByteBuffer.wrap(json));
  }

  private static RelayMessage parse(String json) {
    return RelayMessages.parse(json.getBytes(UTF_8));
  }

  @Test
  void saysWhatARelayUnderstands() {
    assertThat(understood(RelayMessages.register()))
        .isEqualTo(
            new ClientMessage.Register(
                ClientRole.VIEWER,
                null,
                null,
                Set.copyOf(
                    EnumSet.of(Feature.CAMERA_EVENTS, Feature.FRAME_DETAILS, Feature.HOPS))));
    assertThat(understood(RelayMessages.request(List.of("a", "b@c"))))
        .isInstanceOfSatisfying(
            ClientMessage.RequestStream.class,
            request -> assertThat(request.cameras()).containsExactly("a", "b@c"));
    assertThat(understood(RelayMessages.request(List.of())))
        .isEqualTo(new ClientMessage.StopStream());
    assertThat(understood(RelayMessages.ping())).isEqualTo(new ClientMessage.Ping());
  }

  @Test
  void saysWhatSimpleClientsSay() {
    assertThat(understood(RelayMessages.registerCamera("rehearsal")))
        .isInstanceOfSatisfying(
            ClientMessage.Register.class,
            said -> {
              assertThat(said.role()).isEqualTo(ClientRole.PUBLISHER);
              assertThat(said.name()).isEqualTo("rehearsal");
            });
    assertThat(understood(RelayMessages.registerViewer(Set.of())))
        .isInstanceOfSatisfying(
            ClientMessage.Register.class, said -> assertThat(said.features()).isEmpty());
    assertThat(understood(RelayMessages.registerViewer(EnumSet.allOf(Feature.class))))
        .isInstanceOfSatisfying(
            ClientMessage.Register.class,
            said -> assertThat(said.features()).containsExactlyInAnyOrder(Feature.values()));
    assertThat(understood(RelayMessages.requestAll()))
        .isInstanceOfSatisfying(
            ClientMessage.RequestStream.class, said -> assertThat(said.cameras()).isNull());
  }

  @Test
  void readsWhatARelaySays() {
    assertThat(RelayMessages.parse(ServerMessages.cameraList(List.of(FRONT))))
        .isEqualTo(
            new RelayMessage.Cameras(
                List.of(
                    new RelayMessage.Listed(
                        "front@barn", true, 29.5, 1280, 720, "barn", List.of("1f", "2")))));
    assertThat(
            RelayMessages.parse(
                ServerMessages.imageFrame(
                    "client_1",
                    0,
                    500,
                    new FrameDetails("front", 7, 1_755_500_000_123L, 1, 1, 0, 0, -1))))
        .isEqualTo(new RelayMessage.FrameFollows("front", 500, 1_755_500_000_123L));
    assertThat(RelayMessages.parse(ServerMessages.pong(0))).isEqualTo(new RelayMessage.Other());
  }

  @Test
  void ofTooManyCamerasSomeAreRead() {
    byte[] list =
        ServerMessages.cameraList(Collections.nCopies(RelayMessages.MAX_CAMERAS + 1, FRONT));
    assertThat(((RelayMessage.Cameras) RelayMessages.parse(list)).cameras())
        .hasSize(RelayMessages.MAX_CAMERAS);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'name':'<b>','hops':['1']}",
        "{'name':'a@b@c','hops':['1']}",
        "{'name':'front'}",
        "{'name':'front','hops':['zz']}",
        "{'name':'front','hops':[]}",
        "{'name':'front','hops':['1'],'node':'a b'}",
        "{'name':'front','hops':['1','1','1','1','1','1','1','1','1','1','1','1','1','1','1','1','1']}",
      })
  void aCameraThatCannotBeIsLeftOut(String camera) {
    String json = "{'type':'camera_list','cameras':[" + camera + "]}";
    assertThat(parse(json.replace('\'', '"'))).isEqualTo(new RelayMessage.Cameras(List.of()));
  }

  @Test
  void nothingARelaySendsDoesHarm() {
    List<byte[]> valid =
        List.of(
            ServerMessages.cameraList(List.of(FRONT)),
            ServerMessages.imageFrame("c", 0, 5, new FrameDetails("front", 7, 1, 1, 1, 0, 0, -1)));
    Random random = new Random(11);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = valid.get(random.nextInt(valid.size())).clone();
      for (int change = 0; change <= random.nextInt(3); change++) {
        bytes[random.nextInt(bytes.length)] = (byte) (' ' + random.nextInt(95));
      }
      switch (RelayMessages.parse(bytes)) {
        case RelayMessage.Cameras(var cameras) ->
            assertThat(cameras).allMatch(camera -> CameraNames.watchable(camera.name()));
        case RelayMessage.FrameFollows(String camera, int size, long at) -> {
          assertThat(CameraNames.watchable(camera)).isTrue();
          assertThat(size).isNotNegative();
          assertThat(at).isNotNegative();
        }
        case RelayMessage.Other() -> {}
        case RelayMessage.Malformed(String why) -> assertThat(why).isNotEmpty();
      }
    }
  }
}
