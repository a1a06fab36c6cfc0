// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.discovery;

/** It is not clear which relay is meant. The message is for the user and says how to go on. */
public final class NoRelayException extends Exception {

  private static final long serialVersionUID = 1;

  NoRelayException(String message) {
    super(message);
  }
}
