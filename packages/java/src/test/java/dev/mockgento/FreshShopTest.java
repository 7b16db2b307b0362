package dev.mockgento;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mockgento.junit.Mockgento;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.TestInstance;

/** Whoever in a class asks for the shop, each test begins with it as it was started: what one leaves no other finds. */
@Mockgento
class FreshShopTest {
    private static boolean has(Shop shop, String email) {
        return shop.rows("customer").stream().anyMatch(row -> email.equals(row.get("email")));
    }

    private static void make(Shop shop, String email) {
        shop.create("customer", Map.of("email", email, "firstname", "A", "lastname", "B"));
    }

    /** Finds it new, and leaves something of each kind. */
    private static void use(Shop shop) {
        assertFalse(has(shop, "left@example.com"));
        assertEquals(List.of(), shop.disruptions());
        assertEquals(List.of(), shop.checkpoints());
        make(shop, "left@example.com");
        shop.disrupt("garbage", Map.of("operation", "login"), 0);
        shop.saveCheckpoint("left");
    }

    @Nested
    class AskedForBeforeAll {
        private static Shop shop;

        @BeforeAll
        static void all(Shop asked) {
            shop = asked;
            use(asked);
        }

        @RepeatedTest(2)
        void itIsTheOneOfTheTests(Shop own, Server server) {
            assertEquals(shop.url(), own.url());
            assertEquals(shop.url(), server.shop().url());
            use(shop);
        }

        @RepeatedTest(2)
        void nobodyNeedsToAskAgain() {
            use(shop);
        }
    }

    @Nested
    class AskedForByTheInstanceOfATest {
        private final Shop shop;

        AskedForByTheInstanceOfATest(Shop shop, Server server) {
            this.shop = shop;
            assertEquals(shop.url(), server.shop().url());
            make(shop, "made@example.com");
        }

        @RepeatedTest(2)
        void whatItsConstructorMakesIsThere(Shop own) {
            assertEquals(shop.url(), own.url());
            assertTrue(has(shop, "made@example.com"));
            use(shop);
        }
    }

    @Nested
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    class AskedForByTheInstanceOfAllTests {
        private final Shop shop;

        AskedForByTheInstanceOfAllTests(Shop shop) {
            this.shop = shop;
            use(shop);
        }

        @RepeatedTest(2)
        void itIsAsNew(Shop own) {
            assertEquals(shop.url(), own.url());
            use(shop);
        }
    }

    @Nested
    class AskedForByBoth {
        @BeforeAll
        static void all(Shop shop) {
            use(shop);
        }

        AskedForByBoth(Shop shop) {
            make(shop, "made@example.com");
        }

        @RepeatedTest(2)
        void itIsAsNew(Shop shop) {
            assertTrue(has(shop, "made@example.com"));
            use(shop);
        }
    }

    @Nested
    class AskedForBeforeEach {
        @BeforeEach
        void each(Shop shop) {
            make(shop, "made@example.com");
        }

        @RepeatedTest(2)
        void itIsTheOneOfTheTest(Shop shop) {
            assertTrue(has(shop, "made@example.com"));
            use(shop);
        }
    }
}
