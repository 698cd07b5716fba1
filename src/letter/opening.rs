//! How the person gets the file open, by the kind of its encryption (requirements G2, F6).

use super::answer::Delivered;
use super::page::{Page, two};
use crate::archive::report::sentences::{KEEP_SAFE, OTHERS_DATA};
use crate::records::Bilingual;

/// How the delivered file is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encryption {
    /// Not at all.
    #[default]
    None,
    /// An age file for a public key that the person gave.
    AgeKey,
    /// An age file with a passphrase.
    AgePassphrase,
    /// An AES-256 zip file with a passphrase, with the archive in it.
    ZipPassphrase,
}

impl Encryption {
    /// Every kind.
    pub const ALL: [Encryption; 4] =
        [Encryption::None, Encryption::AgeKey, Encryption::AgePassphrase, Encryption::ZipPassphrase];

    /// What the person has to do, in words.
    pub fn sentence(self) -> Bilingual {
        match self {
            Encryption::None => two(
                "The file is not encrypted: whoever gets it can read it. Extract everything into a folder, then open README.html in that folder with any browser; it explains the rest.",
                "文件未加密：任何人拿到都可以读取。请先全部解压到一个文件夹，再用任意浏览器打开其中的 README.html，其余内容均在其中说明。",
            ),
            Encryption::AgeKey => two(
                "The file is encrypted for the public key that you gave us; only the secret key that belongs to it opens it. The free program age does so (age-encryption.org; rage reads the same files). In a terminal, with the name of your key file:",
                "文件已用您提供的公钥加密，只有对应的私钥才能打开。可使用免费程序 age（age-encryption.org；rage 也可读取同样的文件）。在终端中输入以下命令，并填入您的密钥文件名：",
            ),
            Encryption::AgePassphrase => two(
                "The file is encrypted with a passphrase that you get from us in another way, never together with the file. The free program age opens it (age-encryption.org; rage reads the same files) and asks for the passphrase. In a terminal:",
                "文件已用口令加密；口令将通过其他途径告知您，绝不与文件一同发送。可使用免费程序 age（age-encryption.org；rage 也可读取同样的文件）打开，程序会询问口令。在终端中输入：",
            ),
            Encryption::ZipPassphrase => two(
                "The file is a zip file encrypted with AES-256 and a passphrase that you get from us in another way, never together with the file. The free programs 7-Zip (Windows, Linux) and Keka (macOS) open it and ask for the passphrase; the zip function of Windows itself cannot. In it is one file, archive.zip: extract that too.",
                "文件是用 AES-256 和口令加密的 zip 文件；口令将通过其他途径告知您，绝不与文件一同发送。可使用免费程序 7-Zip（Windows、Linux）或 Keka（macOS）打开，程序会询问口令；Windows 自带的解压功能无法打开。其中只有一个文件 archive.zip，请再将其解压。",
            ),
        }
    }

    /// The command that opens a file with this name, where it takes one.
    pub fn command(self, name: &str) -> Option<String> {
        let plain = name.strip_suffix(".age").unwrap_or("archive.zip");
        match self {
            Encryption::AgeKey => Some(format!("age -d -i KEYFILE -o {plain} {name}")),
            Encryption::AgePassphrase => Some(format!("age -d -o {plain} {name}")),
            Encryption::None | Encryption::ZipPassphrase => None,
        }
    }
}

/// How to open the file, how long a link works, how to keep it.
pub(super) fn open(page: &mut Page, delivered: &Delivered<'_>) {
    page.heading(two("How to open the file", "如何打开文件"));
    page.paragraph(page.say(delivered.encryption.sentence()));
    if let Some(command) = delivered.encryption.command(delivered.name) {
        page.command(&command);
    }
    if delivered.encryption != Encryption::None {
        page.paragraph(page.say(two(
            "Then extract everything into a folder, and open README.html in that folder with any browser; it explains the rest.",
            "然后全部解压到一个文件夹，再用任意浏览器打开其中的 README.html，其余内容均在其中说明。",
        )));
    }
    page.paragraph(page.say(two(
        "Everything in it opens with free programs; you need no account and pay nothing.",
        "其中所有内容均可用免费程序打开，无需注册账户，也无需付费。",
    )));
    if delivered.signed {
        page.paragraph(&page.fill(
            two(
                "The file {name}.minisig beside it is our signature. The free program minisign checks it with our public key, which you should have received in another way.",
                "随附的 {name}.minisig 文件是我们的签名。可用免费程序 minisign 和我们的公钥核验；公钥应通过其他途径获得。",
            ),
            &[("name", delivered.name)],
        ));
    }
    page.paragraph(page.say(two(
        "If the file comes by a link, the message with the link says until when it works. An interrupted download can be taken up again. If the time was too short, write to us, and you get the file again, free of charge.",
        "如果文件以链接方式提供，附有链接的消息会说明有效期限。下载中断后可以继续。如果期限过短，请写信给我们，我们将免费再次提供。",
    )));
    page.heading(two("How to keep it safe", "如何妥善保管"));
    page.gap();
    for (en, zh) in KEEP_SAFE {
        page.item(page.say(two(en, zh)));
    }
    page.paragraph(page.say(OTHERS_DATA));
}
