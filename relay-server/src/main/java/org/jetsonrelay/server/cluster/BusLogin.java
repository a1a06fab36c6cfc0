// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.cluster;

/// How this relay logs in to a NATS server; each part is empty when it is not used.
///
/// @param user a user name
/// @param password its password
/// @param token a token
/// @param credentialsFile file with a JWT and its key
/// @param caFile PEM file with the certificates that sign the server's
public record BusLogin(
    String user, String password, String token, String credentialsFile, String caFile) {

  /// No login.
  public static final BusLogin NONE = new BusLogin("", "", "", "", "");

  /// Says nothing secret.
  @Override
  public String toString() {
    return "BusLogin";
  }
}
