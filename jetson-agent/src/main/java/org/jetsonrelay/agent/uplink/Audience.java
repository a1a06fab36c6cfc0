// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.uplink;

/** Who is told whether frames are wanted. */
@FunctionalInterface
public interface Audience {

  /**
   * Frames are wanted, or no longer wanted. Called by the uplink thread at each change; must not
   * block.
   */
  void wants(boolean frames);
}
