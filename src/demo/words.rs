//! The words of the invented correspondence, separated by spaces.

/// English, the most frequent first.
pub(super) const LATIN: &str = "\
the to and of a in is it for you that we on with not as this are be have from our can your at or an if but will was \
they which one all there more when so what out up about would please into some than then them these other could two \
time new only after also any first just over like how because most should each where them own while same here before \
image label picture layer mask box class export import folder dataset frame video upload invoice account plan seat team \
project member password browser keyboard screen window button menu list table column page file format server network \
answer question problem message ticket letter call meeting deadline calendar morning afternoon evening yesterday today \
tomorrow week month quarter year summer winter autumn spring monday tuesday wednesday thursday friday weekend holiday \
dinosaur fossil skeleton tooth claw feather museum quarry desert river valley mountain forest meadow island harbour \
bridge garden kitchen bakery market library station platform ticket luggage bicycle lantern candle mirror ladder \
ribbon basket hammer needle blanket pillow curtain carpet teapot saucer spoon kettle orange lemon cherry walnut pepper \
ginger saffron barley pumpkin carrot spinach onion garlic honey butter biscuit chocolate sandwich breakfast supper \
quick slow bright dark heavy light narrow wide empty full early late simple strange careful quiet loud gentle rough \
smooth sharp blunt clean dusty broken whole fresh stale warm cool wet dry sweet bitter cheap dear useful famous honest \
patient eager sudden steady recent ancient modern local distant public private correct wrong double single missing \
open close send receive write read draw count measure compare choose change move copy delete restore repair replace \
rename combine divide repeat cancel confirm forget remember explain describe suggest propose accept refuse promise \
deliver collect arrange prepare finish continue wait hurry travel arrive leave return follow carry lift push pull turn \
shift rotate zoom crop blur sharpen colour outline polygon vertex pixel corner margin shadow texture pattern gradient \
contrast brightness resolution annotation detection segment threshold confidence accuracy review reviewer version \
branch archive backup record journal receipt payment discount refund credit transfer currency amount balance interest \
contract clause signature stamp envelope parcel address customer colleague manager assistant engineer teacher student \
doctor painter gardener carpenter sailor pilot driver neighbour friend cousin uncle aunt sister brother parent child \
budget forecast schedule summary outline draft chapter paragraph sentence comma number letter figure diagram sketch \
average total minimum maximum percent dozen hundred thousand million half third several enough almost nearly exactly \
perhaps certainly probably usually sometimes always never often rarely again already still yet soon later once twice \
therefore however although meanwhile otherwise instead besides despite during through across against between beyond \
inside outside above below behind beside around along toward without within until since whether either neither both \
happy sorry glad afraid curious surprised tired busy ready certain able likely possible necessary important difficult \
trouble reason purpose result effect cause matter detail example reminder notice warning error failure success attempt";

/// Chinese words, which stand without spaces between them.
pub(super) const CHINESE: &str = "\
的 了 我 您 在 是 有 和 请 不 我们 这个 那个 可以 已经 如果 因为 所以 但是 还是 非常 一些 什么 怎么 现在 今天 明天 昨天 上午 下午 \
图像 图片 标注 标签 数据集 文件 文件夹 导出 导入 上传 下载 项目 团队 账户 密码 发票 付款 退款 合同 席位 套餐 月份 年度 季度 \
恐龙 化石 骨骼 牙齿 羽毛 博物馆 河流 山谷 森林 花园 市场 图书馆 车站 桥梁 灯笼 镜子 梯子 篮子 茶壶 早餐 晚餐 \
检测 分割 多边形 像素 颜色 阈值 精度 版本 备份 记录 浏览器 键盘 屏幕 窗口 按钮 菜单 列表 表格 服务器 网络 \
问题 回答 消息 电话 会议 日程 提醒 说明 建议 确认 取消 等待 准备 完成 继续 修改 删除 恢复 比较 选择 检查 发送 收到 \
很快 稍后 经常 有时 总是 从不 大约 全部 一半 几个 正确 错误 简单 困难 重要 必要 可能 清楚 麻烦 谢谢 抱歉 高兴 同事 经理 老师 学生";

/// Arabic words.
pub(super) const ARABIC: &str = "\
في من على إلى عن مع هذا هذه ذلك التي الذي كان كانت لكن أو إذا بعد قبل عند كل بعض أي نحن أنتم هل ما لا نعم قد سوف ليس \
الصورة الصور الملصق الملف الملفات المجلد البيانات المشروع الفريق الحساب الفاتورة الدفع العقد المقعد الخطة الشهر السنة الأسبوع \
اليوم غدا أمس الصباح المساء الديناصور العظام الأسنان الريش المتحف النهر الوادي الجبل الغابة الحديقة السوق المكتبة المحطة الجسر \
الفانوس المرآة السلم السلة الإبريق الفطور العشاء الكشف التقسيم المضلع البكسل اللون العتبة الدقة النسخة السجل المتصفح الشاشة \
النافذة الزر القائمة الجدول الخادم الشبكة السؤال الجواب الرسالة المكالمة الاجتماع الموعد التذكير الشرح الاقتراح التأكيد \
نرجو نشكر نرسل نستلم نكتب نقرأ نقارن نختار نراجع نحذف نستعيد ننتظر نكمل يمكن يجب جديد قديم سريع بطيء صحيح خطأ سهل صعب مهم \
واضح جاهز كامل ناقص كثيرا قليلا دائما أحيانا أبدا قريبا لاحقا تقريبا الزميل المدير المعلم الطالب";
