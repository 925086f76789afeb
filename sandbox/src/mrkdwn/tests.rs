//! What each piece of mrkdwn looks like as HTML.

use super::*;

fn html(text: &str) -> String {
    let member = |id: &str| (id == "U0ANNKIM1").then(|| "Ann Kim".to_owned());
    let channel = |id: &str| (id == "C0SALES01").then(|| "sales".to_owned());
    render(
        text,
        true,
        &Names {
            member: &member,
            channel: &channel,
        },
    )
}

#[test]
fn html_in_a_message_is_text() {
    assert_eq!(
        html("<script>alert(1)</script> \"x\" & <img src=x onerror=alert(1)>"),
        "&lt;script&gt;alert(1)&lt;/script&gt; &quot;x&quot; &amp; &lt;img src=x onerror=alert(1)&gt;"
    );
}

#[test]
fn slacks_three_entities_are_decoded_and_others_are_not() {
    assert_eq!(
        html("a &amp; b &lt;c&gt; &nbsp; &amp;lt;"),
        "a &amp; b &lt;c&gt; &amp;nbsp; &amp;lt;"
    );
}

#[test]
fn an_escaped_mention_is_text_and_a_live_one_a_chip() {
    assert_eq!(html("&lt;!channel&gt;"), "&lt;!channel&gt;");
    assert_eq!(
        html("<!channel>"),
        r#"<span class="mention loud" title="&lt;!channel&gt;">@channel</span>"#
    );
    assert_eq!(
        html("<@U0ANNKIM1>"),
        r#"<span class="mention" title="&lt;@U0ANNKIM1&gt;">@Ann Kim</span>"#
    );
    assert_eq!(
        html("<@U0NOBODY1>"),
        r#"<span class="mention" title="&lt;@U0NOBODY1&gt;">@U0NOBODY1</span>"#
    );
    assert_eq!(
        html("<#C0SALES01|x>"),
        r#"<span class="mention" title="&lt;#C0SALES01|x&gt;">#sales</span>"#
    );
    assert!(html("<!subteam^S012|@buyers>").contains(">@buyers</span>"));
    assert!(
        html("`<!here>` ```<!everyone>```")
            .matches("mention loud")
            .count()
            == 2
    );
}

#[test]
fn marks_format_whole_words() {
    assert_eq!(
        html("*bold* _italic_ ~gone~ `co*de*`"),
        "<b>bold</b> <i>italic</i> <s>gone</s> <code>co*de*</code>"
    );
    assert_eq!(html("*_both_*"), "<b><i>both</i></b>");
    assert_eq!(html("(*a*), *b*."), "(<b>a</b>), <b>b</b>.");
}

#[test]
fn marks_that_do_not_pair_are_text() {
    for text in [
        "2*3*4",
        "snake_case_name",
        "* a *",
        "*a",
        "a*",
        "**",
        "``",
        "*a\nb*",
        "~ no ~",
    ] {
        assert_eq!(html(text), text.replace('\n', "<br>"));
    }
}

#[test]
fn a_mark_does_not_pair_inside_code_or_a_link() {
    assert_eq!(html("*a `b*` c*"), "<b>a <code>b*</code> c</b>");
    assert!(html("*see <https://x.test/a*|this> now*").starts_with("<b>see <a "));
}

#[test]
fn links_are_made_of_web_and_mail_addresses_only() {
    let a = |url: &str, label: &str| {
        format!(
            r#"<a href="{url}" title="{url}" target="_blank" rel="noopener noreferrer nofollow">{label}</a>"#
        )
    };
    assert_eq!(
        html("<https://x.test/?a=1&amp;b=2|Lead>"),
        a("https://x.test/?a=1&amp;b=2", "Lead")
    );
    assert_eq!(html("<mailto:a@x.test>"), a("mailto:a@x.test", "a@x.test"));
    assert_eq!(
        html("see https://x.test/a."),
        format!("see {}.", a("https://x.test/a", "https://x.test/a"))
    );
    assert_eq!(
        html("<javascript:alert(1)|click>"),
        "&lt;javascript:alert(1)|click&gt;"
    );
    assert!(html("<https://x.test/\"onmouseover=\"alert(1)|a>").contains("&quot;onmouseover=&quot;"));
}

#[test]
fn lines_quotes_and_code_blocks_stand_on_their_own() {
    assert_eq!(html("a\nb"), "a<br>b");
    assert_eq!(
        html("&gt; q1\n&gt; q2\nafter"),
        "<blockquote>q1<br>q2</blockquote>after"
    );
    assert_eq!(html("a\n> q\n\nb"), "a<blockquote>q</blockquote><br>b");
    assert_eq!(html("a\n```\nx *y*\n  z\n```\nb"), "a<pre>x *y*\n  z\n</pre>b");
    assert_eq!(html("``` open"), "``` open");
}

#[test]
fn dates_and_emoji_are_shown() {
    assert_eq!(
        html("<!date^1763900000^{date_short} {time}|23 Nov>"),
        r#"<time class="date" data-unix="1763900000" data-format="{date_short} {time}">23 Nov</time>"#
    );
    assert_eq!(html(":moneybag: :nope: 10:30:00"), "💰 :nope: 10:30:00");
}

#[test]
fn without_markup_marks_are_text_but_mentions_stay_live() {
    let nobody = |_: &str| None;
    let plain = render(
        "*a* > <!here>",
        false,
        &Names {
            member: &nobody,
            channel: &nobody,
        },
    );
    assert!(plain.starts_with("*a* &gt; <span class=\"mention loud\""));
}

#[test]
fn hostile_lengths_cost_no_more_than_their_length() {
    for piece in [
        "*a ", "*_~", "`", "<", "<!", "*", "_a*", "&", "> ", "```", "h", ":",
    ] {
        let text = piece.repeat(40_000 / piece.len());
        assert!(!html(&text).is_empty());
    }
}
