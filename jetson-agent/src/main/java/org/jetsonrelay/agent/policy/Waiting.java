// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.policy;

/** Why a frame had to wait when the pacer was last asked. */
public enum Waiting {
  /** It did not. */
  NOT,
  /** The link is busy with the frames before it. */
  LINK,
  /** The peer has not answered for longer than the link explains. */
  STALLED
}
