//! What anybody may send to a shop, without a session.

use std::time::{Duration, Instant};

use super::{LIST, PATIENCE, Shop, bomb, envelope, run};

#[test]
fn references_do_not_make_a_short_request_a_long_one() {
    let shop = Shop::start();
    for _ in 0..5 {
        let answer = shop.call(&envelope("login", "<username href=\"#i0\"/><apiKey>x</apiKey>", &bomb(30)));
        assert!(answer.contains("more than 100000 values once references are followed"), "{answer}");
    }
    let circle = format!("<m id=\"a\" {LIST}><x href=\"#a\"/></m>");
    let answer = shop.call(&envelope("login", "<username href=\"#a\"/>", &circle));
    assert!(answer.contains("Unresolved reference '#a'"), "{answer}");
    let (text, uses) = ("x".repeat(1_000_000), "<x href=\"#t\"/>".repeat(1000));
    let texts = format!("<m id=\"t\">{text}</m><m id=\"l\" {LIST}>{uses}</m>");
    let answer = shop.call(&envelope("login", "<username href=\"#l\"/>", &texts));
    assert!(answer.contains("more than 33554432 bytes once references are followed"), "{answer}");
    assert!(shop.last_shown().contains("once references are followed, which no call needs"));
    shop.assert_small();
}

#[test]
fn a_request_has_so_many_elements_and_attributes() {
    let shop = Shop::start();
    let attributes = format!("<a {}/>", (0..60).map(|n| format!("a{n}=''")).collect::<Vec<_>>().join(" ")).repeat(5000);
    for (body, refused) in [
        ("<a/>".repeat(200_000), "more than 100000 elements"),
        (attributes, "more than 200000 attributes in all"),
        ("<a>".repeat(100_000), "more than 64 nested elements"),
        ((0..1000).map(|n| format!("<a xmlns='u{n}'/>")).collect(), "more than 128 namespaces"),
        (format!("<a xmlns='{}'/>", "u".repeat(3000)), "more than 2048 bytes in the name of a namespace"),
    ] {
        let answer = shop.call(&envelope("login", &body, ""));
        assert!(answer.starts_with("HTTP/1.1 500") && answer.contains("Invalid XML"), "{answer}");
        let shown = shop.last_shown();
        assert!(shown.contains(refused), "{refused}: {}", &shown[..shown.len().min(2000)]);
    }
    shop.assert_small();
}

/// 80,000 namespaces took fifteen seconds of a worker, and everybody else waited.
#[test]
fn many_namespaces_are_refused_at_once_and_others_are_served_meanwhile() {
    let shop = Shop::start();
    let body: String = (0..80_000).map(|n| format!("<a xmlns='u{n}'/>")).collect();
    let began = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| shop.call(&envelope("login", &body, "")));
        }
        assert!(shop.get("/__admin/health").contains("\"ok\""));
    });
    assert!(began.elapsed() < Duration::from_secs(20), "it took {:?}", began.elapsed());
}

/// One after the other, and each is looked at once and copied once.
#[test]
fn six_of_the_longest_requests_at_once_take_turns() {
    let shop = Shop::start();
    let body = envelope("login", &format!("<username>{}</username><apiKey>x</apiKey>", "x".repeat(30_000_000)), "");
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| assert!(shop.call(&body).contains("Access denied")));
        }
    });
    shop.assert_small();
}

/// What is said about a call that failed compares what was asked for with what there is.
#[test]
fn a_long_argument_is_explained_as_fast_as_a_short_one() {
    let shop = Shop::start();
    let answer = shop.call(&envelope("login", "<username>oro</username><apiKey>oro-key-1</apiKey>", ""));
    let session = answer.split_once("loginReturn").and_then(|(_, rest)| rest.split(['>', '<']).nth(1)).unwrap();
    let long = "9".repeat(8_000_000);
    let began = Instant::now();
    let text = "xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\" i:type=\"x:string\"";
    let parts = format!("<sessionId>{session}</sessionId><customerId {text}>{long}</customerId>");
    let answer = shop.call(&envelope("customerCustomerInfo", &parts, ""));
    assert!(answer.contains("Customer does not exist") || answer.contains("<faultcode>102<"), "{answer}");
    let shown = shop.last_shown();
    assert!(shown.contains("no customer has entity_id"), "{}", &shown[..shown.len().min(2000)]);
    let login = envelope("login", &format!("<username>{long}</username><apiKey>x</apiKey>"), "");
    shop.call(&login);
    assert!(shop.last_shown().contains("the shop has no API user "));
    assert!(shop.call(&envelope(&"n".repeat(8_000_000), "", "")).contains("Procedure"));
    assert!(began.elapsed() < Duration::from_secs(20), "it took {:?}", began.elapsed());
}

#[test]
fn the_journal_is_bounded_in_bytes() {
    let shop = Shop::start();
    let name = "n".repeat(4 * 1024 * 1024);
    let login = envelope("login", &format!("<username>{name}</username><apiKey>x</apiKey>"), "");
    for _ in 0..60 {
        assert!(shop.call(&login).contains("Access denied"));
    }
    assert!(shop.last_shown().contains("4194304 bytes, SHA-256 "));
    let picture = envelope(
        "catalogProductAttributeMediaCreate",
        &format!("<sessionId>none</sessionId><product>1</product><data><label>{}</label></data>", &name[..2_000_000]),
        "",
    );
    for _ in 0..60 {
        assert!(shop.call(&picture).contains("faultcode"));
    }
    assert!(shop.get("/__admin/requests").len() < 1_000_000);
    shop.assert_small();
}

#[test]
fn many_small_arguments_are_kept_as_one_digest() {
    let shop = Shop::start();
    let many = "<item>1</item>".repeat(90_000);
    for _ in 0..10 {
        shop.call(&envelope("catalogInventoryStockItemList", &format!("<products>{many}</products>"), ""));
    }
    assert!(shop.get("/__admin/requests").len() < 200_000);
    assert!(shop.last_shown().contains(" bytes as JSON, SHA-256 "));
    shop.assert_small();
}

#[test]
fn the_view_of_a_call_is_no_larger_than_its_bytes_make_it() {
    let shop = Shop::start();
    // Nested so deep, each level would indent all others: half a gigabyte of blanks.
    shop.call(&"<a>".repeat(21_800));
    assert!(shop.last_shown().len() < 1_000_000);
    // Each of these secrets is a part of the mask that stands for the one before.
    let filters = "<item><key>password</key><value>*</value></item>".repeat(8);
    let filters = format!("<filters><complex_filter>{filters}</complex_filter></filters>");
    shop.call(&envelope("customerCustomerList", &format!("<sessionId>*</sessionId>{filters}"), ""));
    let shown = shop.last_shown();
    assert!(shown.len() < 100_000 && shown.contains("***"), "{} bytes", shown.len());
    // More secrets than are kept, so nothing is shown.
    let many: String = (0..2000).map(|n| format!("<item><key>password</key><value>s{n}</value></item>")).collect();
    shop.call(&envelope("customerCustomerList", &format!("<filters><filter>{many}</filter></filters>"), ""));
    assert!(shop.last_shown().contains("not shown because they hold too many secrets"));
    shop.assert_small();
}

#[test]
fn the_control_api_takes_and_gives_so_much_and_no_more() {
    let shop = Shop::start();
    let long = format!("{{\"now\": \"{}\"}}", "x".repeat(2_000_000));
    assert!(shop.ask("PUT /__admin/clock", long.as_bytes()).starts_with("HTTP/1.1 413"));
    let seed = format!("{{\"customers\": [{}{{}}]}}", "{},".repeat(600_000));
    let answer = shop.ask("PUT /__admin/seed", seed.as_bytes());
    assert!(answer.contains("more than 500000 keys and values"), "{}", &answer[..answer.len().min(500)]);
    let customer = |n: usize| format!("{{\"email\": \"c{n}@x.example\", \"firstname\": \"{}\"}}", "x".repeat(255));
    let seed = format!("{{\"customers\": [{}]}}", (0..1000).map(customer).collect::<Vec<_>>().join(","));
    let loaded = shop.ask("PUT /__admin/seed", seed.as_bytes());
    assert!(loaded.starts_with("HTTP/1.1 204"), "{loaded}");
    // A name is no longer than its column, so it takes many tables to be long.
    let often = format!("/__admin/state?{}", "table=customer&".repeat(150));
    assert!(shop.get(often.trim_end_matches('&')).starts_with("HTTP/1.1 413"));
    assert!(shop.get("/__admin/state?table=customer&limit=10").starts_with("HTTP/1.1 200"));
    shop.assert_small();
}

/// What a test asks of a shop stays until it is taken back, so it is counted.
#[test]
fn what_the_control_api_keeps_is_counted() {
    let shop = Shop::start();
    let post = |path: &str, body: &str| shop.ask(&format!("POST /__admin/{path}"), body.as_bytes());
    let refused = |answer: String, what: &str| {
        assert!(answer.starts_with("HTTP/1.1 409") && answer.contains(what), "{}", &answer[..answer.len().min(500)]);
    };
    let until_refused = |path: &str, body: &dyn Fn(usize) -> String| {
        let mut answers = (0..40).map(|n| post(path, &body(n)));
        answers.find(|answer| !answer.starts_with("HTTP/1.1 201")).expect("it ends")
    };
    refused(until_refused("checkpoints", &|n| format!("{{\"save\": \"c{n}\"}}")), "too many checkpoints");
    let long = "x".repeat(900_000);
    let stub = |n| {
        let of = format!("\"operation\": \"customerCustomerInfo\", \"when\": {{\"customerId\": {n}}}");
        format!("{{{of}, \"answer\": {{\"email\": \"{long}\"}}}}")
    };
    refused(until_refused("stubs", &stub), "too many stubs");
    let armed = |_| format!("{{\"disruption\": {{\"fault\": {{\"code\": \"1\", \"string\": \"{long}\"}}}}}}");
    refused(until_refused("disruptions", &armed), "too many disruptions");
    let many: String = (0..30_000).map(|n| format!("<m{n}/>")).collect();
    let api = format!("<config><api><resources><a><methods>{many}</methods></a></resources></api></config>");
    let answer = post("modules", &format!("{{\"name\": \"A_B\", \"api.xml\": \"{api}\"}}"));
    assert!(answer.contains("more than 20000 elements"), "{}", &answer[..answer.len().min(500)]);
    let calls = "{\"to\": \"login\"},".repeat(2000);
    let answer = post("requests/verify", &format!("{{\"calls\": [{calls}{{\"to\": \"login\"}}]}}"));
    assert!(answer.contains("more than 1000 calls"), "{}", &answer[..answer.len().min(500)]);
    // Each would take a megabyte once it is compiled.
    let pattern =
        |n: usize| format!("{{\"to\": \"login\", \"with\": {{\"username\": {{\"regex\": \"\\\\pL{{5}}{n}\"}}}}}}");
    let calls = (0..900).map(pattern).collect::<Vec<_>>().join(",");
    let answer = post("requests/verify", &format!("{{\"calls\": [{calls}]}}"));
    assert!(answer.contains("\"calls\"") || answer.contains("login"), "{}", &answer[..answer.len().min(500)]);
    shop.assert_small();
}

#[test]
fn a_stubs_template_makes_so_much_text_and_no_more() {
    let shop = Shop::start();
    for (template, said) in [
        ("{% for i in range(9000) %}{{ arguments.attributes.0 * 1000 }}{% endfor %}", "more than 1048576 bytes"),
        ("{% for i in range(9000) %}{% for j in range(9000) %}{% endfor %}{% endfor %}", "fuel"),
        ("{{ range(100000000) | list | length }}", "range"),
    ] {
        let stub = format!("{{\"operation\": \"customerCustomerInfo\", \"answer\": {{\"email\": \"{template}\"}}}}");
        let answer = shop.ask("POST /__admin/stubs", stub.as_bytes());
        assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
        let answer = shop.call(&envelope("login", "<username>oro</username><apiKey>oro-key-1</apiKey>", ""));
        let session = answer.split_once("loginReturn").and_then(|(_, rest)| rest.split(['>', '<']).nth(1)).unwrap();
        let text = "x".repeat(500);
        let parts =
            format!("<sessionId>{session}</sessionId><customerId>1</customerId><attributes><i>{text}</i></attributes>");
        let answer = shop.call(&envelope("customerCustomerInfo", &parts, ""));
        assert!(answer.contains(said), "{template}: {said}: {}", &answer[..answer.len().min(800)]);
        assert!(shop.ask("DELETE /__admin/stubs", b"").starts_with("HTTP/1.1 204"));
    }
    shop.assert_small();
}

#[test]
fn the_head_of_a_request_is_no_longer_than_128_kilobytes() {
    let shop = Shop::start();
    for head in
        [format!("GET /{}", "x".repeat(200_000)), format!("GET / HTTP/1.1\r\nX: {}\r\nY: y", "x".repeat(200_000))]
    {
        let answer = shop.ask(&head, b"");
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 431") || answer.starts_with("HTTP/1.1 414"),
            "{answer}"
        );
    }
    shop.assert_small();
}

#[test]
fn a_body_is_no_longer_than_32_megabytes_packed_or_not() {
    let shop = Shop::start();
    let long = shop.call(&"x".repeat(34 * 1024 * 1024));
    assert!(long.contains("Invalid XML"), "{}", &long[..long.len().min(300)]);
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut packed, &vec![b'<'; 400 * 1024 * 1024]).unwrap();
    let packed = packed.finish().unwrap();
    let answer = shop.ask("POST /api/v2_soap/ HTTP/1.1\r\nContent-Encoding: gzip\r\nX: y", &packed);
    assert!(answer.contains("faultcode") || answer.starts_with("HTTP/1.1 4"), "{}", &answer[..answer.len().min(300)]);
    shop.assert_small();
}

#[test]
fn answers_that_are_remembered_are_bounded_in_bytes() {
    let shop = Shop::start();
    let answer = shop.call(&envelope("login", "<username>oro</username><apiKey>oro-key-1</apiKey>", ""));
    let session = answer.split_once("loginReturn").and_then(|(_, rest)| rest.split(['>', '<']).nth(1)).unwrap();
    for n in 0..600 {
        let filter = format!("<item><key>email</key><value>{n}{}</value></item>", "x".repeat(60_000));
        let parts = format!("<sessionId>{session}</sessionId><filters><filter>{filter}</filter></filters>");
        for _ in 0..3 {
            assert!(shop.call(&envelope("customerCustomerList", &parts, "")).starts_with("HTTP/1.1 200"));
        }
    }
    shop.assert_small();
}

#[test]
fn a_bomb_of_any_kind_does_not_keep_the_program_from_stopping() {
    let mut shop = Shop::start();
    let body = envelope("login", &"<a b='c'>d</a>".repeat(2_000_000), "");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            let (address, body) = (&shop.address, &body);
            scope.spawn(move || {
                use std::io::{Read as _, Write as _};
                let mut stream = std::net::TcpStream::connect(address).unwrap();
                stream.set_read_timeout(Some(PATIENCE)).unwrap();
                let head = format!("POST /api/v2_soap/ HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n", body.len());
                // The shop goes away while this is under way.
                let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
                let _ = stream.read(&mut [0; 1024]);
            });
        }
        std::thread::sleep(Duration::from_millis(500));
        let asked = Instant::now();
        let id = shop.process.id().to_string();
        assert!(std::process::Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        shop.process.wait().unwrap();
        assert!(asked.elapsed() < Duration::from_secs(10), "stopping took {:?}", asked.elapsed());
    });
}

#[test]
fn a_file_without_end_is_refused() {
    for arguments in [["serve", "--seed", "/dev/zero"], ["serve", "--overrides", "/dev/zero"]] {
        let ended = run(&arguments);
        assert!(ended.text.contains("longer than 32 MB"), "{}", ended.text);
        assert!(ended.peak_mb < super::PEAK_MAX_MB, "{} MB", ended.peak_mb);
    }
}
