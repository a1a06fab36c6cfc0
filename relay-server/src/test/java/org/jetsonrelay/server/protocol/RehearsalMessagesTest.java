// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What a rehearsal says is what the relay understands.
class RehearsalMessagesTest {

  private static ClientMessage parse(byte[] json) {
    return ClientMessages.parse(ByteBuffer.wrap(json));
  }

  @Test
  void areUnderstood() {
    assertThat(parse(RehearsalMessages.camera("rehearsal")))
        .isInstanceOfSatisfying(
            ClientMessage.Register.class,
            said -> {
              assertThat(said.role()).isEqualTo(ClientRole.PUBLISHER);
              assertThat(said.name()).isEqualTo("rehearsal");
            });
    assertThat(parse(RehearsalMessages.viewer(Set.of())))
        .isInstanceOfSatisfying(
            ClientMessage.Register.class, said -> assertThat(said.features()).isEmpty());
    assertThat(parse(RehearsalMessages.viewer(RehearsalMessages.allFeatures())))
        .isInstanceOfSatisfying(
            ClientMessage.Register.class,
            said -> assertThat(said.features()).containsExactlyInAnyOrder(Feature.values()));
    assertThat(parse(RehearsalMessages.requestAll()))
        .isInstanceOfSatisfying(
            ClientMessage.RequestStream.class, said -> assertThat(said.cameras()).isNull());
  }
}
