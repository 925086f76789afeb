//! Walks the pages as a curious person would: every link, and every form as its page filled it in.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::Browser;

/// So many addresses that differ only in ids and values are enough to know what their page does.
const PER_SHAPE: usize = 6;
/// A walk that does not end is a fault of the pages.
const AT_MOST: usize = 1_500;

/// A form that a page offered for posting.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Form {
    pub action: String,
    pub fields: Vec<(String, String)>,
}

/// What a walk found.
#[derive(Debug, Default)]
pub struct Walk {
    /// The status of every address that was opened, with the page that led to it.
    pub opened: BTreeMap<String, (u16, String)>,
    /// The forms that post something.
    pub forms: BTreeSet<Form>,
}

/// Opens what can be reached from the first page.
pub async fn crawl(browser: &Browser) -> Walk {
    let mut walk = Walk::default();
    let mut shapes: BTreeMap<String, usize> = BTreeMap::new();
    let mut waiting = VecDeque::from([("/".to_owned(), "the start".to_owned())]);
    while let Some((address, from)) = waiting.pop_front() {
        if walk.opened.contains_key(&address) {
            continue;
        }
        let seen = shapes.entry(shape(&address)).or_default();
        *seen += 1;
        if *seen > PER_SHAPE {
            continue;
        }
        assert!(
            walk.opened.len() < AT_MOST,
            "there is no end to the pages: {address}"
        );
        let answer = browser.get(&address).await;
        walk.opened.insert(address.clone(), (answer.status, from));
        let next = answer.header("location").to_owned();
        let mut links = links(&answer.text);
        if !next.is_empty() {
            links.push(next);
        }
        for link in links {
            if let Some(link) = ours(&address, &link) {
                waiting.push_back((link, address.clone()));
            }
        }
        for (form, posts) in forms(&answer.text) {
            let Some(action) = ours(&address, &form.action) else {
                continue;
            };
            if posts {
                walk.forms.insert(Form {
                    action,
                    fields: form.fields,
                });
            } else {
                let query = form_urlencoded::Serializer::new(String::new())
                    .extend_pairs(&form.fields)
                    .finish();
                let path = action.split('?').next().unwrap_or_default();
                waiting.push_back((format!("{path}?{query}"), address.clone()));
            }
        }
    }
    walk
}

/// The address with ids and values left out.
fn shape(address: &str) -> String {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let path = path.split('/').map(|part| {
        let is_id = part.len() > 20 || part.bytes().any(|byte| byte.is_ascii_digit());
        if is_id { "*" } else { part }
    });
    let names: BTreeSet<String> = form_urlencoded::parse(query.as_bytes())
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, _)| name.into_owned())
        .collect();
    format!("{}?{names:?}", path.collect::<Vec<_>>().join("/"))
}

/// The link as an address of ours that a person can open; relative ones against the page they stand on.
fn ours(page: &str, link: &str) -> Option<String> {
    let link = link.split('#').next().unwrap_or_default();
    let page = page.split('?').next().unwrap_or_default();
    let whole = match link {
        "" => page.to_owned(),
        query if query.starts_with('?') => format!("{page}{query}"),
        path if path.starts_with('/') && !path.starts_with("//") => path.to_owned(),
        _ => return None,
    };
    let asset = ["/pkg/", "/favicon", "/api/", "/logout"];
    (!asset.iter().any(|start| whole.starts_with(start))).then_some(whole)
}

/// Where the links of a page lead.
fn links(page: &str) -> Vec<String> {
    tags(page, "a").filter_map(|tag| attribute(tag, "href")).collect()
}

/// The forms of a page as the page filled them in, and whether they post.
fn forms(page: &str) -> Vec<(Form, bool)> {
    page.split("<form")
        .skip(1)
        .map(|rest| {
            let whole = rest.split("</form").next().unwrap_or_default();
            let head = format!("{} ", whole.split('>').next().unwrap_or_default());
            let posts = attribute(&head, "method").is_some_and(|method| method.eq_ignore_ascii_case("post"));
            let fields = ["input", "button", "select", "textarea"]
                .into_iter()
                .flat_map(|kind| tags(whole, kind));
            let fields = fields.filter_map(|tag| {
                Some((
                    attribute(tag, "name")?,
                    attribute(tag, "value").unwrap_or_default(),
                ))
            });
            let form = Form {
                action: attribute(&head, "action").unwrap_or_default(),
                fields: fields.collect(),
            };
            (form, posts)
        })
        .collect()
}

/// What stands in the tags of this name.
fn tags<'a>(page: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    page.split('<').filter_map(move |rest| {
        let inside = rest.split('>').next()?.strip_prefix(name)?;
        inside.starts_with([' ', '\n']).then_some(inside)
    })
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    let text = rest.split('"').next()?;
    Some(
        text.replace("&quot;", "\"")
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&amp;", "&"),
    )
}
