/**
 * How much a field may tell. A value stands only in a field of its own class or a higher one, and nothing above L2 in a log,
 * a job, an error, a metric or the name of a file; `tests/scope/canaries.test.ts` plants values by this table and follows them.
 *
 * `L1` may hang at the union's door; `L2` what it takes to work: who, where, how far, how much; `L3` what is known of a person
 * beyond that, and whatever people write in their own words; `L4` sealed at rest and shown masked, and what opens an account.
 */
export type Secrecy = 'L1' | 'L2' | 'L3' | 'L4';

/** By the field's name, which means one thing in the whole contract and as a column (`birth_year` is `birthYear`). */
const classes: Record<Secrecy, string> = {
  L1: `app appliedAt backups brokenAt certificates checks checksum childCount code definition demo disk done encoding error failures
    federation field fields fieldsEn figures fileCount fingerprint formCode format foldedAt freeBytes grains hash headHash height hideAfterSeconds
    https itemCode itemTitle itemTitleEn itemVersion keepToken keywords kind latitude leastBytes levelCode lifeEvent line
    location longitude mediaType migration millis noun okCount oldestSeconds onDate outcome page pageSize permission
    permissions postgres promiseWorkingDays publishedAt queues retiredAt retryAfterSeconds role rule schemaName sha256 size sizeBytes
    sort source stage stageTitle stageTitleEn stages startedAt state status step subject summary summaryEn title titleEn
    totalBytes totp totpRequired tries uptimeSeconds verifiedAt version versions view warn width withKeys year`,
  L2: `accept account accountId accountName active actor actsFor actualHours added allowed allowedPerPeriod alreadyRead amount
    amountFen ancestors applicant applicantName approvalNumber approvedAt approvedBy asOf askedAt assignedAccountId at
    attempts availableFen balanceFen batch batchId batchNumber businessKey by byFault byName can cannot cannotDecide
    cannotDecideEn caseId caseNumber casePath changed channel claimable claims claimsThisYear claimsToday closedAs closedAt
    column columnName columnTitle committedAt content correctedBy count counts createdAt credit creditAccountId csvAs days debit
    debitAccountId decidedAt decidedBy decidedToday decidedWho decisions deputy deputyAccountId digest disbursementId
    disbursementIds draftId dueOn dueToday effectiveOn employees escalated escalatedAt exceptionCount exceptions expectedFen
    expectedOn expiresAt failed failedAt failedCount faults files finishedAt fixedAs forAccountId forName foundedOn from
    fromOn fund fundId funds givenName grantId grantedAt grantedBy grants hours id idKind ids importId inProgress
    inTransitFen initials instalment items joinedOn joinedThisYear joinedToday key keys label lane last lastSignInAt later
    lineCount lockedUntil mayAppoint mayOperate medianHours memberCount memberId memberIds memberNumber members metric mine
    minutes moments name nameKey node nodes notReady number office offset ok on onTimeThisYearCount openedAt
    ordinal overdue own ownerAccountId ownerMemberId paid paidAt paidFen paidOn paidThisYearCount paidThisYearFen paidToday
    parent path payeeName paymentStatus peer period photoId pinyin place places position preparedBy previewAs principal problem
    progress promisedOn quorum read readAt received recordedAt reject releasedAt releasedBy requestId reservedFen
    resolvedAt resolvedBy result results returnId returnNumber returnTargets returnTo returned returnedAt returnedStage
    revokedAt revokedBy round route row rowCount rowNumber rows rowsSeen seenAt segments sentAt sequence setAt settled
    settledAt sex sheet sheets signatureId since staffCount storedAs subjectId submittedAt submittedOn subtree
    superior superiorId superiorOffice timeline to toOn todo toldAt tokens total totalFen totpConfirmedAt totpLastStep
    unchanged under union unionCount unionId unionIds unionPath unions unread until untilOn updatedAt uscc usedAt
    usedThisPeriod username value verdict visitedOn voided voidedAt waiting waitsUntil where whereEn who`,
  L3: `answers birthYear data datum education educationCode employerName ethnicity ethnicityCode factKey failureReason
    fileName migrantWorker note occupation payload politicalCode politicalStatus reason reasonEn reply resolution
    returnedNote stayFrom stayTo text textEn`,
  L4: `bankCard csrfToken current firstPassword memberIdNumber next outbox password phone q query secret token url values`,
};

/** Where one name means something else in one route's body. */
const inRoute: Record<string, Secrecy> = {
  'members.setBankCard number': 'L4',
  'accounts.signInMember code': 'L4',
  'accounts.confirmTotp code': 'L4',
  'accounts.signInCadre totp': 'L4',
};

const byName = new Map(
  (Object.keys(classes) as Secrecy[]).flatMap((secrecy) =>
    classes[secrecy]
      .trim()
      .split(/\s+/)
      .map((name): [string, Secrecy] => [name, secrecy]),
  ),
);

/** Every name that has a class. */
export const classified: readonly string[] = [...byName.keys()];

/** The form in which a sealed value may stand elsewhere: for the eye, for looking it up. */
const forms: [RegExp, Secrecy][] = [
  [/Sealed$/, 'L4'],
  [/(Masked|Index|Hash)$/, 'L2'],
];

/** The class of a field, or null for one that nobody has classified. `route` is its name in the contract, `members.list`. */
export function secrecyOf(name: string, route?: string): Secrecy | null {
  const form = forms.find(([ending]) => ending.test(name));
  return (route && inRoute[`${route} ${name}`]) || form?.[1] || (byName.get(name) ?? null);
}
