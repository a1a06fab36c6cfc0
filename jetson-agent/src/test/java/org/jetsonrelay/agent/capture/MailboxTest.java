// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.capture;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MailboxTest {

  private final Mailbox mailbox = new Mailbox(16);

  private void put(long stamp) {
    mailbox.filling().capturedAt(stamp);
    mailbox.put();
  }

  @Test
  void handsOverEachFrameOnce() {
    put(1);
    assertThat(mailbox.take()).isNotNull().extracting(Picture::capturedAtMillis).isEqualTo(1L);
    assertThat(mailbox.take()).isNull();
  }

  @Test
  void replacesAnUnreadFrame() {
    put(1);
    put(2);
    put(3);
    assertThat(mailbox.take()).isNotNull().extracting(Picture::capturedAtMillis).isEqualTo(3L);
    assertThat(mailbox.skippedSinceLastTime()).isEqualTo(2);
    assertThat(mailbox.skippedSinceLastTime()).isZero();
  }

  @Test
  void neverFillsThePictureThatIsBeingSent() {
    put(1);
    Picture sending = mailbox.take();
    for (int i = 2; i < 10; i++) {
      assertThat(mailbox.filling()).isNotSameAs(sending);
      put(i);
    }
    assertThat(sending).isNotNull().extracting(Picture::capturedAtMillis).isEqualTo(1L);
  }

  @Test
  void neverUsesAForfeitedPictureAgain() {
    put(1);
    Picture stuck = mailbox.take();
    mailbox.forfeit();
    for (int i = 2; i < 10; i++) {
      assertThat(mailbox.filling()).isNotSameAs(stuck);
      put(i);
      assertThat(mailbox.take()).isNotSameAs(stuck);
    }
  }

  @Test
  void forgetsAFrameThatNobodyWants() {
    put(1);
    mailbox.clear();
    assertThat(mailbox.take()).isNull();
  }
}
