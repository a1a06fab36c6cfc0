// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.auth;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// The tokens of a file, and those of the settings beside them. With a file every action needs a
/// token: one that shall stay open gets a line for `everybody`.
///
/// One thread reloads; any asks. An answer is made from one state of the file, never from two.
public final class LiveTokens implements Access {

  private static final System.Logger LOG = System.getLogger(LiveTokens.class.getName());

  private record State(Grants grants, long version) {}

  private final Path file;
  private final List<Grant> fixed;
  private final AtomicReference<State> state;

  /// Reads the file for the first time.
  ///
  /// @param fixed tokens that are good whatever the file says
  /// @throws IllegalArgumentException when it cannot be used, naming file and line
  public LiveTokens(Path file, StaticTokens fixed) {
    this.file = file;
    this.fixed = fixed.grants();
    try {
      state = new AtomicReference<>(new State(load(), 0));
    } catch (IOException | TokenFile.Unusable e) {
      throw new IllegalArgumentException(reason(file, e), e);
    }
  }

  private Grants load() throws IOException, TokenFile.Unusable {
    List<Grant> all = new ArrayList<>(fixed);
    all.addAll(TokenFile.read(file));
    return new Grants(EnumSet.allOf(Action.class), all);
  }

  private static String reason(Path file, Exception e) {
    return e instanceof TokenFile.Unusable
        ? String.valueOf(e.getMessage())
        : "the token file " + file + " cannot be read: " + e;
  }

  /// Reads the file again. One that cannot be used changes nothing, and the log says why.
  public void reload() {
    try {
      Grants grants = load();
      state.updateAndGet(before -> new State(grants, before.version() + 1));
      LOG.log(
          System.Logger.Level.INFO,
          "token file {0} read again: {1} tokens",
          file,
          Integer.toString(grants.count() - fixed.size()));
    } catch (IOException | TokenFile.Unusable e) {
      LOG.log(
          System.Logger.Level.ERROR, "{0}; the tokens from before stay in force", reason(file, e));
    }
  }

  /// The file.
  public Path file() {
    return file;
  }

  /// Tokens in the file now.
  public int count() {
    return state.get().grants().count() - fixed.size();
  }

  @Override
  public Decision decide(Action action, @Nullable String camera, Credential credential) {
    return state.get().grants().decide(action, camera, credential);
  }

  @Override
  public boolean guarded(Action action) {
    return state.get().grants().guarded(action);
  }

  @Override
  public long version() {
    return state.get().version();
  }
}
