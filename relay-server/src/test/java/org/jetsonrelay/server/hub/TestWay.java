// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.hub;

import java.util.ArrayList;
import java.util.List;
import org.jetsonrelay.server.frame.Frame;

/// A way past the mailboxes that is always free, and writes down what is asked of it.
class TestWay implements CutThrough {
  final List<String> calls;

  TestWay() {
    this(new ArrayList<>());
  }

  TestWay(List<String> calls) {
    this.calls = calls;
  }

  @Override
  public boolean looksFree(Subscription from, Frame frame, long nowNanos) {
    calls.add("look");
    return true;
  }

  @Override
  public boolean hold(Subscription from, Frame frame, long nowNanos) {
    calls.add("hold");
    return true;
  }

  @Override
  public void send(Frame frame) {
    calls.add("send");
  }

  @Override
  public void letGo(Subscription from, Frame frame) {
    calls.add("let go");
    from.passed(frame);
  }
}
