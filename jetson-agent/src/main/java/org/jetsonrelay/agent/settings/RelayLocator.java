// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.settings;

import java.net.URI;
import org.jetsonrelay.agent.discovery.NoRelayException;
import org.jetsonrelay.agent.discovery.WantedRelay;

/** Finds the relay where a user left that to the agent. */
@FunctionalInterface
public interface RelayLocator {

  /**
   * Where it is.
   *
   * @throws NoRelayException when that is not clear; the message says how to go on
   */
  URI locate(WantedRelay wanted) throws NoRelayException;
}
