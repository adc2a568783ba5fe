package io.surfacefs.spool;

/** What is put stays in the spool, and is read from there. */
class WaitingStoreContractTest extends SpoolStoreContract {
    @Override
    boolean deliversItself() {
        return false;
    }
}
