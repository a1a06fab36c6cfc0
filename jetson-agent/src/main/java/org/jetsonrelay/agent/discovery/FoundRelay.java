// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.discovery;

import java.net.URI;

/**
 * A relay that has announced itself.
 *
 * @param name what it calls itself
 * @param uri its WebSocket address
 */
public record FoundRelay(String name, URI uri) {

  /** How users are told of it. */
  @Override
  public String toString() {
    return name + " (" + uri.getAuthority() + ")";
  }
}
