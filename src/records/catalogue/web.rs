//! Fields of cookies and server logs.

use super::{FieldSpec, Shape, field};

pub(super) const COOKIE: &[FieldSpec] = &[
    field("name", Shape::Text, "Tracking", ("Name", "名称"), ("The name of the cookie", "Cookie 的名称")),
    field("value", Shape::Text, "Tracking", ("Value", "值"), ("The value of the cookie", "Cookie 的值")),
    field(
        "domain",
        Shape::Text,
        "Tracking",
        ("Domain", "域"),
        ("The domain that the cookie is sent to", "Cookie 发送到的域"),
    ),
    field(
        "path",
        Shape::Text,
        "Tracking",
        ("Path", "路径"),
        ("The path that the cookie is sent to", "Cookie 发送到的路径"),
    ),
    field("purpose", Shape::Text, "Tracking", ("Purpose", "用途"), ("What the cookie is for", "Cookie 的用途")),
    field("set_at", Shape::Time, "Tracking", ("Set", "设置时间"), ("When the cookie was set", "设置 Cookie 的时间")),
    field(
        "expires_at",
        Shape::Time,
        "Tracking",
        ("Expires", "到期时间"),
        ("When the cookie ends", "Cookie 到期的时间"),
    ),
];

pub(super) const ACCESS_LOG: &[FieldSpec] = &[
    field("at", Shape::Time, "BrowserHistory", ("Time", "时间"), ("When the server was asked", "访问服务器的时间")),
    field(
        "ip",
        Shape::Text,
        "IPAddress",
        ("IP address", "IP 地址"),
        ("The address that the request came from", "请求来源地址"),
    ),
    field("method", Shape::Text, "BrowserHistory", ("Method", "方法"), ("The HTTP method", "HTTP 方法")),
    field("url", Shape::Text, "BrowserHistory", ("Address", "网址"), ("What was asked for", "所请求的网址")),
    field(
        "status",
        Shape::Integer,
        "BrowserHistory",
        ("Status", "状态码"),
        ("The HTTP status of the answer", "HTTP 响应状态码"),
    ),
    field(
        "bytes",
        Shape::Integer,
        "BrowserHistory",
        ("Bytes", "字节数"),
        ("The size of the answer in bytes", "响应大小（字节）"),
    ),
    field(
        "user_agent",
        Shape::Text,
        "UserAgent",
        ("Browser", "浏览器"),
        ("What the browser said of itself", "浏览器标识"),
    ),
    field("referrer", Shape::Text, "BrowsingReferral", ("Referrer", "来源页"), ("The page that led there", "来源页面")),
];
