// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.session;

import java.util.ArrayList;
import java.util.List;
import org.jetsonrelay.server.frame.Block;
import org.jetsonrelay.server.websocket.Gather;

/// Stands for the unit of a connection: keeps what was put in.
final class TestUnit implements Gather {
  final List<Block> blocks = new ArrayList<>();
  final List<Long> pings = new ArrayList<>();

  @Override
  public void add(Block block, int offset, int length) {
    blocks.add(block.retain());
  }

  @Override
  public void add(byte[] bytes) {
    throw new AssertionError("nobody asked for details");
  }

  @Override
  public void addPing(long payload) {
    pings.add(payload);
  }

  void clear() {
    blocks.forEach(Block::release);
    blocks.clear();
  }
}
