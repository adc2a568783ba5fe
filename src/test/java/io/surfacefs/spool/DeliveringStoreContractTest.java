package io.surfacefs.spool;

/** What is put is on its way at once. */
class DeliveringStoreContractTest extends SpoolStoreContract {
    @Override
    boolean deliversItself() {
        return true;
    }
}
