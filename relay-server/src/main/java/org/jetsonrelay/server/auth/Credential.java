// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.auth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/// What a client showed to prove who it is: a token, or nothing.
///
/// Only the token's SHA-256 is kept, so that neither a log line nor a heap dump can leak it, and
/// comparing takes the same time wherever two tokens differ. Immutable.
public final class Credential {

  /// Longest token; a longer one is never known, and not worth hashing.
  public static final int MAX_TOKEN_CHARS = 512;

  private static final String BEARER = "Bearer ";
  private static final Credential NONE = new Credential(new byte[0], true);
  private static final Credential UNUSABLE = new Credential(new byte[0], false);

  /// Empty when there is no token, or none that can be known.
  private final byte[] sha256;

  private final boolean absent;

  private Credential(byte[] sha256, boolean absent) {
    this.sha256 = sha256;
    this.absent = absent;
  }

  /// Nothing was shown.
  public static Credential none() {
    return NONE;
  }

  /// The token of a `client_type`; null and empty mean none.
  public static Credential ofToken(@Nullable String token) {
    if (token == null || token.isEmpty()) {
      return NONE;
    }
    if (token.length() > MAX_TOKEN_CHARS) {
      return UNUSABLE;
    }
    return new Credential(sha256(token.getBytes(StandardCharsets.UTF_8)), false);
  }

  /// A token of which only the digest is known.
  static Credential ofSha256(byte[] digest) {
    return new Credential(digest.clone(), false);
  }

  /// The token of an `Authorization: Bearer …` header (RFC 6750); another scheme is none of ours.
  static Credential ofHeader(@Nullable String authorization) {
    if (authorization == null
        || !authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      return NONE;
    }
    return ofToken(authorization.substring(BEARER.length()).strip());
  }

  /// The first `token` of a raw query string, percent-decoded. A plus sign stays one: tokens are
  /// often base 64 and never hold spaces.
  static Credential ofQuery(@Nullable String rawQuery) {
    return ofToken(rawQuery == null ? null : Query.first(rawQuery, Query.TOKEN));
  }

  /// This one, or the other when nothing was shown here.
  public Credential or(Credential other) {
    return absent ? other : this;
  }

  /// Whether nothing was shown. A token too long to be known was shown all the same.
  public boolean absent() {
    return absent;
  }

  /// Whether both hold the same token. Two that hold none are not the same. Takes the same time
  /// wherever they differ.
  public boolean sameAs(Credential other) {
    return sha256.length > 0 && MessageDigest.isEqual(sha256, other.sha256);
  }

  /// Stands for whoever holds this token, so that two connections of one owner can be recognised.
  /// Not the token, and of no use as one, but not for showing either. Empty without a token.
  public String owner() {
    return Base64.getEncoder().encodeToString(sha256);
  }

  /// The digest, as a token file has it.
  String hex() {
    return HexFormat.of().formatHex(sha256);
  }

  @Override
  public String toString() {
    return absent ? "Credential[none]" : "Credential[***]";
  }

  private static byte[] sha256(byte[] token) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(token);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
