"""What is asked of the session and what it asks of the engine, under one name: `commands as c`."""

# ruff: noqa: F403, F405

from terminal.session.asked import *
from terminal.session.effects import *
from terminal.session.outcomes import *

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
    | PrintCopy
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
    | CopyPrinted
    | ConsentRecorded
    | Notify
    | Failed
)
LookUp = FindProduct | FindMember | FindCoupon | FindGiftCard | FindReceipt | FindGoods
Confirm = SendCode | CheckCode
Hold = TakeHold | GiveHoldBack
Bank = ChargeCard | CancelCard | AnswerTerminal | ReleaseCards | CheckCard | KeepBankCard | DropBankCards
Record = CommitSale | CommitReturn | EnrolMember | RecordConsent | StartShift | EndShift | MakeXReport | BeginEpoch
AtRegister = ResolveDoubt | AskState | MendRegister | ChangeShift | RecordCash | CopyDocument
Effect = LookUp | Confirm | Hold | Bank | Record | AtRegister | Signal
