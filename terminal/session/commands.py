"""What is asked of the session and what it asks of the engine, under one name: `commands as c`."""

from terminal.session.asked import (
    AddProduct,
    Ask,
    AskRegister,
    Back,
    BeginReturn,
    CancelCharge,
    CancelConfirm,
    ChangeConsent,
    CheckField,
    Choose,
    CloseShift,
    ConfirmPhone,
    ConfirmReturn,
    DropCoupon,
    Enrol,
    EnterCode,
    EnterSlip,
    Field,
    ForgetBankCards,
    ForgetMember,
    ListOffers,
    LookAtRegister,
    MakeCorrection,
    Mend,
    MoveCash,
    OpenShift,
    Pay,
    PrintCopy,
    PutAside,
    PutRight,
    ReadBankCard,
    Refresh,
    RegisterBankCard,
    RenewShift,
    ReturnAll,
    Scan,
    SearchGoods,
    SendReceipt,
    SetQuantity,
    SetReturn,
    SettleDoubt,
    SpendPoints,
    Tender,
    Type,
    Undo,
    VoidLine,
    VoidReceipt,
    XReport,
)
from terminal.session.effects import (
    AnswerTerminal,
    AskBankCard,
    AskKnown,
    AskState,
    BeginEpoch,
    CancelCard,
    ChangeShift,
    ChargeCard,
    CheckCard,
    CheckCode,
    CommitReturn,
    CommitSale,
    CopyDocument,
    DropBankCards,
    EndShift,
    EnrolMember,
    FindBankCard,
    FindCoupon,
    FindGiftCard,
    FindGoods,
    FindMember,
    FindProduct,
    FindReceipt,
    GiveHoldBack,
    IssueCorrection,
    KeepBankCard,
    MakeXReport,
    MendRegister,
    RecordCash,
    RecordConsent,
    ReleaseCards,
    ResolveDoubt,
    SendCode,
    Signal,
    StartShift,
    TakeHold,
)
from terminal.session.outcomes import (
    BankCardFree,
    BankCardKept,
    BankCardRead,
    BankCardsDropped,
    CardCharged,
    CashRecorded,
    ChargeAsks,
    ChargeEnded,
    ChargeInDoubt,
    ChargeRefused,
    CodeAsked,
    CodeChecked,
    CodeSent,
    Completed,
    ConfirmFailed,
    ConsentRecorded,
    CopyPrinted,
    CorrectionIssued,
    CorrectionSettled,
    CouponFree,
    DoubtEnded,
    DoubtStands,
    EpochReady,
    Failed,
    GiftCardFound,
    GoodsFound,
    HoldFailed,
    HoldShort,
    HoldTaken,
    MemberFound,
    Notify,
    ProductFound,
    ProductUnknown,
    ReceiptFound,
    RegisterLooked,
    ReportMade,
    ShiftEnded,
    ShiftRenewed,
    ShiftStarted,
)
from terminal.session.receipts import (
    FindReceipts,
    ListReceipts,
    LookAtReceipt,
    MakeSlip,
    PrintAgain,
    PrintedAgain,
    ReceiptsFound,
    ReprintReceipt,
    SlipMade,
    Speak,
    SpeakOn,
    Spoken,
)

Command = (
    Scan
    | Type
    | SetQuantity
    | VoidLine
    | VoidReceipt
    | Undo
    | ForgetMember
    | SpendPoints
    | DropCoupon
    | ListOffers
    | Ask
    | Choose
    | ConfirmPhone
    | EnterCode
    | CancelConfirm
    | SearchGoods
    | AddProduct
    | Pay
    | Tender
    | ReadBankCard
    | RegisterBankCard
    | ForgetBankCards
    | CancelCharge
    | EnterSlip
    | Back
    | BeginReturn
    | SetReturn
    | ReturnAll
    | ConfirmReturn
    | Enrol
    | ChangeConsent
    | CheckField
    | OpenShift
    | CloseShift
    | XReport
    | Mend
    | AskRegister
    | SettleDoubt
    | PutAside
    | LookAtRegister
    | PutRight
    | RenewShift
    | MoveCash
    | SendReceipt
    | MakeCorrection
    | PrintCopy
    | ListReceipts
    | LookAtReceipt
    | ReprintReceipt
    | Speak
    | Refresh
    | ProductFound
    | ProductUnknown
    | MemberFound
    | CouponFree
    | GiftCardFound
    | ReceiptFound
    | GoodsFound
    | CodeAsked
    | CodeSent
    | CodeChecked
    | ConfirmFailed
    | HoldTaken
    | HoldShort
    | HoldFailed
    | ChargeAsks
    | CardCharged
    | ChargeRefused
    | ChargeInDoubt
    | BankCardRead
    | BankCardFree
    | BankCardKept
    | BankCardsDropped
    | ChargeEnded
    | Completed
    | ShiftStarted
    | ShiftEnded
    | ReportMade
    | EpochReady
    | DoubtStands
    | DoubtEnded
    | RegisterLooked
    | ShiftRenewed
    | CashRecorded
    | CorrectionIssued
    | CorrectionSettled
    | CopyPrinted
    | ReceiptsFound
    | SlipMade
    | PrintedAgain
    | Spoken
    | ConsentRecorded
    | Notify
    | Failed
)
LookUp = (
    FindProduct | FindMember | FindBankCard | AskBankCard | AskKnown | FindCoupon | FindGiftCard | FindReceipt
    | FindGoods
)  # fmt: skip
Confirm = SendCode | CheckCode
Hold = TakeHold | GiveHoldBack
Bank = ChargeCard | CancelCard | AnswerTerminal | ReleaseCards | CheckCard
Record = (
    CommitSale | CommitReturn | EnrolMember | RecordConsent | StartShift | BeginEpoch | KeepBankCard | DropBankCards
)
AtRegister = (
    ResolveDoubt
    | AskState
    | MendRegister
    | MakeXReport
    | ChangeShift
    | EndShift
    | RecordCash
    | IssueCorrection
    | CopyDocument
)
OfReceipts = FindReceipts | MakeSlip | PrintAgain | SpeakOn
Effect = LookUp | Confirm | Hold | Bank | Record | AtRegister | OfReceipts | Signal

__all__ = [
    "AddProduct", "AnswerTerminal", "Ask", "AskBankCard", "AskKnown", "AskRegister", "AskState",
    "AtRegister", "Back", "Bank", "BankCardFree", "BankCardKept", "BankCardRead", "BankCardsDropped",
    "BeginEpoch", "BeginReturn", "CancelCard", "CancelCharge", "CancelConfirm", "CardCharged",
    "CashRecorded", "ChangeConsent", "ChangeShift", "ChargeAsks", "ChargeCard", "ChargeEnded",
    "ChargeInDoubt", "ChargeRefused", "CheckCard", "CheckCode", "CheckField", "Choose", "CloseShift",
    "CodeAsked", "CodeChecked", "CodeSent", "Command", "CommitReturn", "CommitSale", "Completed", "Confirm",
    "ConfirmFailed", "ConfirmPhone", "ConfirmReturn", "ConsentRecorded", "CopyDocument", "CopyPrinted",
    "CorrectionIssued", "CorrectionSettled", "CouponFree", "DoubtEnded", "DoubtStands", "DropBankCards",
    "DropCoupon", "Effect", "EndShift", "Enrol", "EnrolMember", "EnterCode", "EnterSlip", "EpochReady",
    "Failed", "Field", "FindBankCard", "FindCoupon", "FindGiftCard", "FindGoods", "FindMember",
    "FindProduct", "FindReceipt", "FindReceipts", "ForgetBankCards", "ForgetMember", "GiftCardFound",
    "GiveHoldBack", "GoodsFound", "Hold", "HoldFailed", "HoldShort", "HoldTaken", "IssueCorrection",
    "KeepBankCard", "ListOffers", "ListReceipts", "LookAtReceipt", "LookAtRegister", "LookUp",
    "MakeCorrection", "MakeSlip", "MakeXReport", "MemberFound", "Mend", "MendRegister", "MoveCash",
    "Notify", "OfReceipts", "OpenShift", "Pay", "PrintAgain", "PrintCopy", "PrintedAgain", "ProductFound",
    "ProductUnknown", "PutAside", "PutRight", "ReadBankCard", "ReceiptFound", "ReceiptsFound", "Record",
    "RecordCash", "RecordConsent", "Refresh", "RegisterBankCard", "RegisterLooked", "ReleaseCards",
    "RenewShift", "ReportMade", "ReprintReceipt", "ResolveDoubt", "ReturnAll", "Scan", "SearchGoods",
    "SendCode", "SendReceipt", "SetQuantity", "SetReturn", "SettleDoubt", "ShiftEnded", "ShiftRenewed",
    "ShiftStarted", "Signal", "SlipMade", "Speak", "SpeakOn", "SpendPoints", "Spoken", "StartShift",
    "TakeHold", "Tender", "Type", "Undo", "VoidLine", "VoidReceipt", "XReport",
]  # fmt: skip
