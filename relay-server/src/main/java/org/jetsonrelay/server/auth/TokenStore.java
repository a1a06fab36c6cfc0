// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.auth;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/// Changes a token file on behalf of an operator: comments and other lines stay as they are, and a
/// reader sees the file before or after a change, never in between.
///
/// Two programs may change one file: each waits for the other's lock.
public final class TokenStore {

  /// A file's lock is the process's, not a thread's.
  private static final ReentrantLock IN_THIS_PROCESS = new ReentrantLock();

  private static final int TOKEN_BYTES = 32;
  private static final String PREFIX = "jr_"; // lets scanners for leaked secrets find it
  private static final String HEADER =
      "# Tokens of a Jetson Relay: name, what it may do, which cameras, digest.\n";

  /// A token as it may be shown.
  ///
  /// @param name which one
  /// @param actions what it may do
  /// @param cameras with which cameras
  /// @param everybody whether it needs no token
  public record Row(String name, String actions, String cameras, boolean everybody) {}

  /// What an operator asked for and cannot have. The message says why.
  public static final class Refused extends Exception {

    private static final long serialVersionUID = 1;

    Refused(String message) {
      super(message);
    }
  }

  private final Path file;
  private final SecureRandom random = new SecureRandom();

  /// @param file need not exist yet
  public TokenStore(Path file) {
    this.file = file;
  }

  /// Adds a token and returns it: it is nowhere else, and cannot be shown again.
  ///
  /// @param actions words with commas between
  /// @param cameras patterns with commas between
  public String create(String name, String actions, String cameras) throws IOException, Refused {
    byte[] secret = new byte[TOKEN_BYTES];
    random.nextBytes(secret);
    String token = PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
    add(name, actions, cameras, Credential.ofToken(token));
    return token;
  }

  /// Lets everybody do this without a token.
  public void open(String name, String actions, String cameras) throws IOException, Refused {
    add(name, actions, cameras, Credential.none());
  }

  private void add(String name, String actions, String cameras, Credential token)
      throws IOException, Refused {
    Grant grant;
    try {
      grant =
          new Grant(
              TokenFile.name(name),
              token,
              TokenFile.actions(actions),
              CameraPatterns.parse(cameras));
    } catch (IllegalArgumentException e) {
      throw refused(e);
    }
    change(lines -> lines.add(TokenFile.line(grant)));
  }

  /// Takes a token out.
  public void revoke(String name) throws IOException, Refused {
    change(lines -> {
      if (!lines.removeIf(line -> TokenFile.nameOn(line).equals(name))) {
        throw new Refused("there is no token of this name in " + file);
      }
    });
  }

  /// All tokens, in the file's order.
  public List<Row> list() throws IOException, Refused {
    return read().stream()
        .map(grant ->
            new Row(
                grant.name(),
                TokenFile.words(grant.actions()),
                grant.cameras().toString(),
                grant.token().absent()))
        .toList();
  }

  private List<Grant> read() throws IOException, Refused {
    try {
      return TokenFile.read(file);
    } catch (NoSuchFileException e) {
      throw refused("there is no token file " + file, e);
    } catch (TokenFile.Unusable e) {
      throw refused(e);
    }
  }

  private static Refused refused(Exception e) {
    return refused(String.valueOf(e.getMessage()), e);
  }

  private static Refused refused(String message, Exception e) {
    Refused refused = new Refused(message);
    refused.initCause(e);
    return refused;
  }

  private interface Change {
    void on(List<String> lines) throws Refused;
  }

  private void change(Change change) throws IOException, Refused {
    Path target = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
    Path lockFile = target.resolveSibling(target.getFileName() + ".lock");
    IN_THIS_PROCESS.lock();
    try (FileChannel channel =
            FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock _ = channel.lock()) {
      List<String> lines = new ArrayList<>();
      if (Files.exists(target)) {
        read();
        lines.addAll(Files.readAllLines(target));
      } else {
        lines.addAll(HEADER.lines().toList());
      }
      change.on(lines);
      String text = String.join("\n", lines) + "\n";
      TokenFile.parse(text, file.toString());
      replace(target, text);
    } catch (TokenFile.Unusable e) {
      throw refused(e);
    } finally {
      IN_THIS_PROCESS.unlock();
    }
  }

  private static void replace(Path target, String text) throws IOException {
    Path fresh =
        Files.createTempFile(
            target.getParent(),
            ".tokens",
            "",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try {
      if (Files.exists(target)) {
        // The relay may run as another user than the operator: who could read it still can.
        Files.setPosixFilePermissions(fresh, Files.getPosixFilePermissions(target));
        Files.setOwner(fresh, Files.getOwner(target));
      }
      Files.writeString(fresh, text);
      Files.move(
          fresh, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(fresh);
    }
  }
}
