package dev.mockgento;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mockgento.junit.Mockgento;
import java.util.Map;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Tests that run at once in one process share nothing. */
@Mockgento
@Execution(ExecutionMode.CONCURRENT)
class ParallelTest {
    @RepeatedTest(12)
    void aShopIsMineAlone(Shop shop) {
        int before = shop.rows("customer").size();
        for (int number = 0; number < 5; number++) {
            shop.create("customer", Map.of("email", "c" + number + "@example.com", "firstname", "A", "lastname", "B"));
        }
        assertEquals(before + 5, shop.rows("customer").size());
        assertEquals(0, shop.requests().size());
    }
}
