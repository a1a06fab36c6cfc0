// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import picocli.CommandLine.IVersionProvider;

/// The version in the jar's manifest; "development" when the classes do not come from a jar.
final class RelayVersion implements IVersionProvider {

  static String current() {
    String version = RelayVersion.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  @Override
  public String[] getVersion() {
    return new String[] {"Jetson Relay " + current()};
  }
}
