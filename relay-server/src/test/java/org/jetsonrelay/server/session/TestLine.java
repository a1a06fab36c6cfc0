// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.jetsonrelay.server.frame.Block;
import org.jetsonrelay.server.websocket.Claim;

/// Stands for a connection: whole or in part it takes what is sent.
final class TestLine implements Claim {
  final List<Integer> sent = new ArrayList<>();
  final List<Long> pings = new ArrayList<>();
  boolean held;
  boolean looksFreeThoughHeld;
  boolean full;
  int tries;
  boolean fullForPings;

  @Override
  public boolean looksFree() {
    return looksFreeThoughHeld || !held;
  }

  @Override
  public boolean tryHold() {
    tries++;
    if (held) {
      return false;
    }
    held = true;
    return true;
  }

  @Override
  public boolean send(Block block, int offset, int length) {
    assertThat(held).isTrue();
    assertThat(block.memory().get(offset)).as("begin of a text frame").isEqualTo((byte) 0x81);
    sent.add(length);
    return !full;
  }

  @Override
  public boolean sendAsking(Block block, int offset, int length, long ping) {
    pings.add(ping);
    return send(block, offset, length) && !fullForPings;
  }

  @Override
  public void letGo() {
    assertThat(held).isTrue();
    held = false;
  }
}
