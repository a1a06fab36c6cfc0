// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.uplink;

/** Who is told whether frames are wanted, and how good. */
public interface Audience {

  /**
   * Frames are wanted, or no longer wanted. Called by the uplink thread at each change; must not
   * block.
   */
  void wants(boolean frames);

  /**
   * Whether the source that is open can change the quality of its frames, as far as is known.
   * Called by the uplink thread; must not block.
   */
  default boolean adjustable() {
    return false;
  }

  /**
   * The JPEG quality, 1 to 100, of the frames to come. Called by the uplink thread at each change;
   * must not block.
   */
  default void quality(int percent) {}
}
