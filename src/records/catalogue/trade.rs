//! Fields of transactions and of their lines.

use super::person::postal;
use super::{FieldSpec, Shape, field};

pub(super) const TRANSACTION: &[FieldSpec] = &[
    field(
        "reference",
        Shape::Reference,
        "Transaction",
        ("Reference", "编号"),
        ("The number of the order, invoice or payment", "订单、发票或付款的编号"),
    ),
    field("type", Shape::Text, "Transaction", ("Type", "类型"), ("What kind of transaction it is", "交易的类型")),
    field("status", Shape::Text, "Transaction", ("Status", "状态"), ("How far the transaction has come", "交易的状态")),
    field(
        "occurred_at",
        Shape::Time,
        "Transaction",
        ("Time", "发生时间"),
        ("When the transaction took place", "交易发生的时间"),
    ),
    field("due_at", Shape::Time, "Transaction", ("Due", "到期时间"), ("When the amount was due", "应付款的时间")),
    field(
        "amount.value",
        Shape::Money,
        "Transaction",
        ("Amount", "金额"),
        ("The amount in the main unit of the currency, exact", "以货币主单位表示的精确金额"),
    ),
    field(
        "amount.currency",
        Shape::Currency,
        "Transaction",
        ("Currency", "币种"),
        ("The currency by its ISO 4217 code", "币种，ISO 4217 代码"),
    ),
    field(
        "tax.value",
        Shape::Money,
        "Transaction",
        ("Tax", "税额"),
        ("The tax contained in the amount", "金额中所含税额"),
    ),
    field(
        "tax.currency",
        Shape::Currency,
        "Transaction",
        ("Currency of the tax", "税额币种"),
        ("The currency of the tax by its ISO 4217 code", "税额的币种，ISO 4217 代码"),
    ),
    field(
        "description",
        Shape::Text,
        "Transaction",
        ("Description", "说明"),
        ("What the transaction was for", "交易的内容"),
    ),
    field(
        "counterparty.name",
        Shape::Text,
        "Transaction",
        ("Other party", "对方"),
        ("The name of the other party", "交易对方的名称"),
    ),
    field(
        "counterparty.account",
        Shape::Reference,
        "FinancialAccountNumber",
        ("Account of the other party", "对方账户"),
        ("The account of the other party", "交易对方的账户"),
    ),
    field(
        "payment.method",
        Shape::Text,
        "PaymentCard",
        ("Payment method", "付款方式"),
        ("How it was paid", "付款的方式"),
    ),
    field(
        "payment.account",
        Shape::Reference,
        "FinancialAccountNumber",
        ("Account", "付款账户"),
        ("The account or card it was paid with, as kept by the controller", "付款所用账户或卡，按控制者保存的形式"),
    ),
    postal("address.street", 0),
    postal("address.locality", 1),
    postal("address.region", 2),
    postal("address.postcode", 3),
    postal("address.country", 4),
];

pub(super) const LINE: &[FieldSpec] = &[
    field(
        "reference",
        Shape::Reference,
        "Purchase",
        ("Reference", "编号"),
        ("The number of the product or position", "产品或项目的编号"),
    ),
    field("description", Shape::Text, "Purchase", ("Description", "说明"), ("What was bought", "购买的内容")),
    field("quantity", Shape::Decimal, "Purchase", ("Quantity", "数量"), ("How many units", "数量")),
    field(
        "unit_price.value",
        Shape::Money,
        "Purchase",
        ("Unit price", "单价"),
        ("The price of one unit", "每单位价格"),
    ),
    field(
        "unit_price.currency",
        Shape::Currency,
        "Purchase",
        ("Currency of the unit price", "单价币种"),
        ("The currency of the unit price by its ISO 4217 code", "单价的币种，ISO 4217 代码"),
    ),
    field("amount.value", Shape::Money, "Purchase", ("Amount", "金额"), ("The amount of the line", "该项金额")),
    field(
        "amount.currency",
        Shape::Currency,
        "Purchase",
        ("Currency", "币种"),
        ("The currency by its ISO 4217 code", "币种，ISO 4217 代码"),
    ),
];
