namespace Godwit.Model.Findings;

/// <summary>
/// A finding's stable code. <see cref="Acceptable"/> codes are lifted by <c>--accept CODE</c> or <c>--accept CODE:table</c>;
/// what happens then is said on the code's page under docs/findings/.
/// </summary>
public sealed record FindingCode(string Id, string Title, bool Acceptable = false)
{
    public override string ToString() => Id;
}

/// <summary>
/// Every code, in one place. GW10xx the source, GW11xx its schema, GW12xx its values, GW13xx the target,
/// GW14xx files and options, GW15xx verification, GW16xx runbooks and plans, GW17xx runs, steps, gates and the journal, GW18xx what surrounds a run.
/// </summary>
public static class FindingCodes
{
    public static readonly FindingCode NotADatabase = new("GW1001", "The source is not a SQLite database");
    public static readonly FindingCode Encrypted = new("GW1002", "The source is encrypted");
    public static readonly FindingCode Corrupt = new("GW1003", "The source is corrupt");
    public static readonly FindingCode SourceLocked = new("GW1004", "The source is locked");
    public static readonly FindingCode SourceUnreadable = new("GW1005", "The source cannot be read");
    public static readonly FindingCode SourceChanged = new("GW1006", "The source changed meanwhile");
    public static readonly FindingCode NoSuchTable = new("GW1007", "A named table does not exist");
    public static readonly FindingCode PrivateCopy = new("GW1008", "The source is read from a private copy");

    public static readonly FindingCode NoSuchSchema = new("GW1009", "The source does not have the schema");
    public static readonly FindingCode SourceFiltered = new("GW1010", "Row security or a missing right hides rows of the source");

    public static readonly FindingCode ViewNotTranslated = new("GW1101", "A view cannot be translated", Acceptable: true);
    public static readonly FindingCode TriggerNotMoved = new("GW1102", "A trigger is not moved", Acceptable: true);
    public static readonly FindingCode ExpressionNotTranslated = new("GW1103", "An expression cannot be translated", Acceptable: true);
    public static readonly FindingCode VirtualTable = new("GW1104", "A virtual table is not moved", Acceptable: true);
    public static readonly FindingCode NameCollision = new("GW1105", "Names collide in PostgreSQL");
    public static readonly FindingCode TooManyColumns = new("GW1106", "A table has more columns than PostgreSQL holds");
    public static readonly FindingCode IndexKeyTooLong = new("GW1107", "An index key is longer than PostgreSQL holds", Acceptable: true);
    public static readonly FindingCode CaseInsensitiveText = new("GW1108", "A column compares without case");
    public static readonly FindingCode NullInPrimaryKey = new("GW1109", "NULL in a primary key", Acceptable: true);
    public static readonly FindingCode Orphan = new("GW1110", "A foreign key points nowhere", Acceptable: true);
    public static readonly FindingCode ForeignKeyNotMoved = new("GW1111", "A foreign key cannot be made", Acceptable: true);
    public static readonly FindingCode SchemaNotUnderstood = new("GW1112", "A statement of the schema cannot be parsed");
    public static readonly FindingCode CheckViolated = new("GW1113", "A CHECK does not hold for existing rows", Acceptable: true);
    public static readonly FindingCode NotNullViolated = new("GW1114", "NULL in a column declared NOT NULL", Acceptable: true);
    public static readonly FindingCode NameChanged = new("GW1117", "A name is shortened or changed");

    public static readonly FindingCode ObjectNotMoved = new("GW1120", "An object of a PostgreSQL source is not moved", Acceptable: true);
    public static readonly FindingCode TypeNotMoved = new("GW1121", "A column's type cannot go over");
    public static readonly FindingCode TableNotMovable = new("GW1122", "A table of a PostgreSQL source cannot be moved as it is");
    public static readonly FindingCode LargeObjects = new("GW1123", "Large objects are not moved", Acceptable: true);
    public static readonly FindingCode BecomesLogged = new("GW1124", "An unlogged table becomes a logged one");

    public static readonly FindingCode MixedStorage = new("GW1201", "A column mixes storage classes");
    public static readonly FindingCode NulInText = new("GW1202", "Text holds a NUL byte");
    public static readonly FindingCode InvalidText = new("GW1203", "Text is not valid UTF-8");
    public static readonly FindingCode OutOfRange = new("GW1204", "A value does not fit the chosen type");
    public static readonly FindingCode TypeChosen = new("GW1205", "How a type was chosen");
    public static readonly FindingCode ValueTooLarge = new("GW1206", "A value or a row is larger than PostgreSQL holds");
    public static readonly FindingCode Convention = new("GW1207", "A framework's conventions were recognised");
    public static readonly FindingCode Quarantined = new("GW1208", "Rows were put into quarantine");

    public static readonly FindingCode TransformFailed = new("GW1218", "A transform has no result for a value");
    public static readonly FindingCode TransformRefused = new("GW1219", "A transform cannot be part of a move");
    public static readonly FindingCode SpeaksOfRaw = new("GW1220", "Something of the schema speaks of values that a transform changes", Acceptable: true);
    public static readonly FindingCode TransformedKeys = new("GW1221", "A transform makes keys equal");
    public static readonly FindingCode RawInQuarantine = new("GW1222", "A quarantine would hold what a transform is to hide", Acceptable: true);

    public static readonly FindingCode NotPostgres = new("GW1301", "The target is not PostgreSQL 15 or later");
    public static readonly FindingCode NotUtf8 = new("GW1302", "The target database is not UTF8");
    public static readonly FindingCode TargetNotEmpty = new("GW1303", "The target holds tables of these names");
    public static readonly FindingCode MissingRight = new("GW1304", "A right is missing at the target");
    public static readonly FindingCode ShortOfDisk = new("GW1305", "The target is short of disk");
    public static readonly FindingCode Pooler = new("GW1306", "The target is behind a connection pooler");
    public static readonly FindingCode TargetHeld = new("GW1307", "Another mover holds the target");
    public static readonly FindingCode TargetUnreachable = new("GW1308", "The target cannot be reached");
    public static readonly FindingCode RunUnfinished = new("GW1309", "An unfinished run holds the target");
    public static readonly FindingCode NothingToResume = new("GW1310", "There is nothing to resume");

    public static readonly FindingCode PrerequisiteMissing = new("GW1311", "Something that the tables need is missing at the target");

    public static readonly FindingCode SecretDiffers = new("GW1320", "A secret is not the one that the move began with");

    public static readonly FindingCode MapFile = new("GW1401", "The mapping file is wrong");
    public static readonly FindingCode MapUnknown = new("GW1402", "The mapping file names what does not exist");
    public static readonly FindingCode PasswordInUrl = new("GW1403", "A password stands in the URL");
    public static readonly FindingCode BadUrl = new("GW1404", "The target's URL is wrong");
    public static readonly FindingCode OutputUnwritable = new("GW1405", "What a move writes on this machine cannot be written");

    public static readonly FindingCode NotForThisSource = new("GW1406", "A setting is not for this kind of source");

    public static readonly FindingCode RowsDiffer = new("GW1501", "Rows differ");
    public static readonly FindingCode RowMissing = new("GW1502", "A row is missing");
    public static readonly FindingCode RowExtra = new("GW1503", "A row is there that the source does not have");
    public static readonly FindingCode SequenceWrong = new("GW1504", "A sequence stands wrong");
    public static readonly FindingCode SchemaDiffers = new("GW1505", "The schema differs from what was moved");
    public static readonly FindingCode ConstraintNotValid = new("GW1506", "A constraint or index is missing or not valid");
    public static readonly FindingCode DecoderDisagrees = new("GW1507", "The second decoder reads another value");
    public static readonly FindingCode CertificateNotTaken = new("GW1508", "A certificate is not taken at its word");

    public static readonly FindingCode RunbookUnreadable = new("GW1601", "The runbook cannot be read");
    public static readonly FindingCode RunbookValue = new("GW1602", "A value of the runbook is wrong");
    public static readonly FindingCode RunbookKey = new("GW1603", "A key of the runbook is unknown");
    public static readonly FindingCode RunbookMissing = new("GW1604", "A key of the runbook is missing");
    public static readonly FindingCode RunbookNoFile = new("GW1605", "A file that the runbook names is missing");
    public static readonly FindingCode RunbookOutside = new("GW1606", "A path leads out of the runbook's folder");
    public static readonly FindingCode RunbookSecret = new("GW1607", "A URL or password stands in the runbook");
    public static readonly FindingCode RunbookIncludes = new("GW1608", "Files include each other, or one twice");
    public static readonly FindingCode ParameterUnknown = new("GW1609", "A parameter is not declared");
    public static readonly FindingCode ParameterValue = new("GW1610", "A parameter has no value");
    public static readonly FindingCode DuplicateId = new("GW1611", "Two steps or two gates have the same id");
    public static readonly FindingCode PhaseOrder = new("GW1612", "Phases stand in another order than they run");
    public static readonly FindingCode NothingToDo = new("GW1613", "The runbook has no step");
    public static readonly FindingCode IrreversibleUndeclared = new("GW1614", "A step cannot be undone and does not say so");
    public static readonly FindingCode PointOfNoReturn = new("GW1615", "A step is a point of no return");
    public static readonly FindingCode RunbookContent = new("GW1616", "A file of the runbook cannot be kept");
    public static readonly FindingCode RoleUnknown = new("GW1617", "A role is not declared");
    public static readonly FindingCode AlreadyThere = new("GW1618", "A file is already there");
    public static readonly FindingCode DeclaredTwice = new("GW1619", "Two included files declare the same name");

    public static readonly FindingCode JournalUnreadable = new("GW1700", "A journal cannot be read");
    public static readonly FindingCode JournalChanged = new("GW1701", "An entry of the journal was changed");
    public static readonly FindingCode JournalMissing = new("GW1702", "An entry of the journal is missing");
    public static readonly FindingCode JournalMoved = new("GW1703", "An entry of the journal stands elsewhere");
    public static readonly FindingCode JournalAdded = new("GW1704", "Something was put into the journal");
    public static readonly FindingCode JournalCut = new("GW1705", "The journal's tail is cut off");
    public static readonly FindingCode JournalRewritten = new("GW1706", "The journal was rewritten");
    public static readonly FindingCode JournalBadSignature = new("GW1707", "A signature in the journal is bad");
    public static readonly FindingCode JournalUnknownSigner = new("GW1708", "The journal's signer is unknown");
    public static readonly FindingCode JournalFork = new("GW1709", "The journal forks without attestation");
    public static readonly FindingCode JournalUnsigned = new("GW1710", "The journal, or its end, is not signed");
    public static readonly FindingCode JournalNotExported = new("GW1711", "The journal's copy elsewhere is behind");
    public static readonly FindingCode NoJournal = new("GW1712", "There is no such journal");

    public static readonly FindingCode RunStateForbids = new("GW1720", "The run's state does not allow it");
    public static readonly FindingCode CannotUndo = new("GW1721", "A step cannot be undone");
    public static readonly FindingCode NotAsBefore = new("GW1722", "The schema is not what it was before");
    public static readonly FindingCode StatementFailed = new("GW1723", "A statement failed");
    public static readonly FindingCode ExpectationFailed = new("GW1724", "A query did not answer as expected");
    public static readonly FindingCode SqlFile = new("GW1725", "A SQL file is wrong");
    public static readonly FindingCode StepChanged = new("GW1726", "A step that was done has changed");
    public static readonly FindingCode NothingToAdopt = new("GW1727", "There is nothing to adopt");
    public static readonly FindingCode SeveralHistories = new("GW1728", "The target has more than one migration history");
    public static readonly FindingCode AdoptedFileDiffers = new("GW1729", "A file is not what was applied");
    public static readonly FindingCode FailedMigration = new("GW1730", "The history holds a failed migration");
    public static readonly FindingCode AlreadyRun = new("GW1731", "Runs of this runbook are on record already");
    public static readonly FindingCode NotInStep = new("GW1732", "History and runbook do not cover each other");
    public static readonly FindingCode ReportChanged = new("GW1733", "A report is not what was signed");
    public static readonly FindingCode ReportUnsigned = new("GW1734", "A file is no signed report");
    public static readonly FindingCode ReportUnknownSigner = new("GW1735", "The report's signer is unknown");
    public static readonly FindingCode StillNeeded = new("GW1736", "Godwit's tables are still needed");
    public static readonly FindingCode ExportUnsound = new("GW1737", "The export of godwit's tables could not be verified");
    public static readonly FindingCode RollbackNotApproved = new("GW1738", "A rollback lacks an approval");
    public static readonly FindingCode ForwardFixOnly = new("GW1739", "It is too late for a rollback");

    public static readonly FindingCode BackfillSettings = new("GW1740", "A backfill's settings do not go together");
    public static readonly FindingCode TransformSettings = new("GW1741", "A transform's parameters are wrong");
    public static readonly FindingCode SecretMissing = new("GW1742", "A transform's secret is missing");
    public static readonly FindingCode BackfillTable = new("GW1743", "A backfill's table, column or expression does not fit");
    public static readonly FindingCode NoUsableKey = new("GW1744", "A backfill has no usable key");
    public static readonly FindingCode TooManyFailures = new("GW1745", "Too many rows of a backfill failed");
    public static readonly FindingCode LeftOver = new("GW1746", "A backfill left rows over");
    public static readonly FindingCode NotEmptyBefore = new("GW1747", "A backfill's undo would take what was there before");
    public static readonly FindingCode UndoIncomplete = new("GW1748", "What a backfill wrote is still there after its undo");
    public static readonly FindingCode KeyMissing = new("GW1749", "A key that a transform needs is missing");

    public static readonly FindingCode RollbackNotVerified = new("GW1750", "A rollback could not be verified");
    public static readonly FindingCode ConfigUnasked = new("GW1751", "Nothing says what the configuration has to be");
    public static readonly FindingCode CertificateUnwritten = new("GW1752", "A run's certificate could not be written");

    public static readonly FindingCode KindSettings = new("GW1770", "Settings of a step or gate do not fit together");
    public static readonly FindingCode CommandFailed = new("GW1771", "A command failed");
    public static readonly FindingCode RequestFailed = new("GW1772", "A request was not answered as expected");
    public static readonly FindingCode CheckFailed = new("GW1773", "A check does not hold");
    public static readonly FindingCode FileChanged = new("GW1774", "A file is not what the plan has");
    public static readonly FindingCode WaitedInVain = new("GW1775", "What was waited for did not come");
    public static readonly FindingCode ConfigWrong = new("GW1776", "The application's configuration is not as required");
    public static readonly FindingCode SwitchFailed = new("GW1777", "The maintenance mode could not be switched");
    public static readonly FindingCode RouteFailed = new("GW1778", "The weights could not be written");
    public static readonly FindingCode EnvFailed = new("GW1779", "A variable of the application's file could not be set");

    public static readonly FindingCode SourceUndeclared = new("GW1780", "A step names a source that the runbook does not have");
    public static readonly FindingCode SourceNotNamed = new("GW1781", "Where a source is, is not said");
    public static readonly FindingCode PartOfRunbook = new("GW1782", "A move is part of a runbook's run");
    public static readonly FindingCode ChangedSinceMoved = new("GW1783", "Rows were changed since they were moved");
    public static readonly FindingCode TargetRewound = new("GW1790", "The target went back in time");
    public static readonly FindingCode LedgerDamaged = new("GW1791", "A ledger is damaged");
    public static readonly FindingCode LedgerUnusable = new("GW1792", "A ledger cannot be used");
    public static readonly FindingCode NotConfirmed = new("GW1793", "After a restore, a step that was done is not there");
    public static readonly FindingCode CheckSource = new("GW1794", "A check's source cannot be asked");

    public static readonly FindingCode BackupPlaceWrong = new("GW1800", "Where backups go is not said, or not usable");
    public static readonly FindingCode BackupKeyMissing = new("GW1801", "The backups' key is not at hand");
    public static readonly FindingCode BackupProgram = new("GW1802", "A program that backups need is missing");
    public static readonly FindingCode BackupRight = new("GW1803", "A right is missing for a backup");
    public static readonly FindingCode BackupFailed = new("GW1804", "A backup could not be made");
    public static readonly FindingCode BackupDestination = new("GW1805", "A destination did not take the backup");
    public static readonly FindingCode BackupUnknown = new("GW1806", "There is no such backup");
    public static readonly FindingCode BackupChanged = new("GW1807", "A backup is not what was written");
    public static readonly FindingCode BackupNotVerified = new("GW1808", "A backup did not restore to what it was taken from");
    public static readonly FindingCode RestoreRefused = new("GW1809", "A restore would replace what is there");

    public static readonly FindingCode RestoreFailed = new("GW1810", "A backup could not be restored");
    public static readonly FindingCode PointNotReached = new("GW1811", "The chosen point was not reached");
    public static readonly FindingCode ReplayFailed = new("GW1812", "What has to be done again after a restore failed");
    public static readonly FindingCode BackupUnverified = new("GW1813", "A backup was not verified");
    public static readonly FindingCode RestoreIntoTarget = new("GW1814", "A step would replace the database that its run is in");

    public static readonly FindingCode RehearsalNoCopy = new("GW1820", "There is nothing to rehearse on");
    public static readonly FindingCode RehearsalNoSpace = new("GW1821", "There is not enough space for a rehearsal");
    public static readonly FindingCode RehearsalUnderWay = new("GW1822", "The copy holds the run half way");
    public static readonly FindingCode NothingToRehearse = new("GW1823", "There is nothing to rehearse");
    public static readonly FindingCode RehearsalFailed = new("GW1824", "A rehearsal failed");
    public static readonly FindingCode RehearsalFolder = new("GW1825", "The runbook's folder cannot be copied");
    public static readonly FindingCode AnonymiseSettings = new("GW1826", "What is to be anonymised does not fit the database");
    public static readonly FindingCode PersonalUnlisted = new("GW1827", "A column looks personal and is not listed");
    public static readonly FindingCode AnonymiseVolume = new("GW1828", "Too few rows are left");
    public static readonly FindingCode AnonymiseFailed = new("GW1829", "A copy could not be anonymised");

    public static readonly FindingCode StatementForged = new("GW1830", "A signed statement is not what was signed");
    public static readonly FindingCode StatementReplayed = new("GW1831", "A signed statement is about something else");
    public static readonly FindingCode StatementStale = new("GW1832", "A signed statement does not hold any more");
    public static readonly FindingCode StatementNobodys = new("GW1833", "A statement is signed with nobody's key");
    public static readonly FindingCode StatementNotCounted = new("GW1834", "A person's word does not count here");
    public static readonly FindingCode ApprovalMissing = new("GW1835", "People have yet to agree");
    public static readonly FindingCode NoAuthor = new("GW1836", "Nobody has signed the plan");
    public static readonly FindingCode PeopleChanged = new("GW1837", "The register of people is not what was signed");
    public static readonly FindingCode PersonRefused = new("GW1838", "A person cannot be pinned or retired so");
    public static readonly FindingCode PersonKey = new("GW1839", "A person's key cannot be used");

    public static readonly FindingCode StatementUnreadable = new("GW1840", "A file is no plan or statement to be signed");
    public static readonly FindingCode AcceptedGone = new("GW1841", "What a gate accepted is gone or changed");
    public static readonly FindingCode ApprovalUnproved = new("GW1842", "An approval is stated, and proved by nothing");
    public static readonly FindingCode NothingToSign = new("GW1843", "Nobody asks for that word");

    public static readonly FindingCode TripwireSettings = new("GW1850", "Settings of a tripwire do not fit together");
    public static readonly FindingCode TripwireQuery = new("GW1851", "A tripwire's figure is not one number");
    public static readonly FindingCode TripwireSource = new("GW1852", "A tripwire's source cannot be asked");
    public static readonly FindingCode TripwireFired = new("GW1853", "A tripwire has fired");
    public static readonly FindingCode TripwireSilent = new("GW1854", "A tripwire has no data");
    public static readonly FindingCode TripwireWarned = new("GW1855", "A warning that nobody has looked at");
    public static readonly FindingCode BaselineMissing = new("GW1856", "A baseline could not be measured");
    public static readonly FindingCode TripwireLog = new("GW1857", "A watched log file cannot be read");
    public static readonly FindingCode TripwireVariable = new("GW1858", "A variable that a tripwire needs is not set");

    public static readonly FindingCode GreenIsWorse = new("GW1860", "Green is worse than blue");

    public static readonly FindingCode NoticeText = new("GW1870", "A notice's text names a placeholder that there is none of");
    public static readonly FindingCode NoticeSettings = new("GW1871", "A notice cannot be sent as it is written");
    public static readonly FindingCode NoticeNotSent = new("GW1872", "A notice was not sent");
    public static readonly FindingCode NoticeAudience = new("GW1873", "Customers would read what is meant for the team");
    public static readonly FindingCode OnCallWrong = new("GW1874", "Who is on call does not fit together");
    public static readonly FindingCode TimetableWrong = new("GW1875", "A timetable does not fit together");
    public static readonly FindingCode MaintenanceNotSeen = new("GW1876", "The maintenance mode is not seen from outside");
    public static readonly FindingCode NobodyOnCall = new("GW1877", "Nobody is on call");

    public static readonly FindingCode RequestsUnreadable = new("GW1880", "A file of requests cannot be read");
    public static readonly FindingCode RequestsDoNotFit = new("GW1881", "A file of requests does not fit together");
    public static readonly FindingCode RequestsUnasked = new("GW1882", "A service cannot be asked");
    public static readonly FindingCode LoadMissed = new("GW1883", "A load test missed a threshold");

    public static readonly FindingCode PersonalDataWrong = new("GW1890", "What is declared as personal data does not fit together");
    public static readonly FindingCode PersonalDataUnknown = new("GW1891", "A column that is declared as personal data is not known");

    public static readonly FindingCode MasterKeyMissing = new("GW1895", "The master key is not at hand, or cannot be used");
    public static readonly FindingCode KeyringRefused = new("GW1896", "The keyring refuses");
    public static readonly FindingCode KeyOverdue = new("GW1897", "A key has to be rotated");
    public static readonly FindingCode SecretRefused = new("GW1898", "A secret cannot be made or changed so");
    public static readonly FindingCode AdministratorThere = new("GW1899", "There is an administrator already");

    public static readonly FindingCode LiveOther = new("GW1900", "The source is part of another live move");
    public static readonly FindingCode LiveRewound = new("GW1901", "A side has lost what was read from it");
    public static readonly FindingCode LiveShape = new("GW1902", "A table of the source was changed while it is moved");
    public static readonly FindingCode LiveAppliedOtherwise = new("GW1903", "Changed rows do not read back as they were written");
    public static readonly FindingCode LiveForeignKey = new("GW1904", "Foreign keys are in the way of applying changes");
    public static readonly FindingCode LiveUnholdable = new("GW1905", "A changed row does not fit the other side");
    public static readonly FindingCode LivePrepared = new("GW1906", "A prepared transaction could pass any fence");
    public static readonly FindingCode CutOverAborted = new("GW1907", "A cut-over was given up, and nothing has changed");
    public static readonly FindingCode LiveNotFound = new("GW1908", "A step names no live move of its run");
    public static readonly FindingCode LiveSource = new("GW1909", "A source cannot be moved live");
    public static readonly FindingCode LiveSlow = new("GW1910", "A live move would keep writers waiting");
    public static readonly FindingCode LiveOneWay = new("GW1911", "A live move has no way back");
    public static readonly FindingCode LiveFenceFallen = new("GW1912", "The old side could be written to after the cut-over");
    public static readonly FindingCode LiveNames = new("GW1913", "The tables of a live move cannot exchange names");

    public static readonly FindingCode RedisUrlUnreadable = new("GW2020", "The URL of Redis cannot be read");
    public static readonly FindingCode RedisPasswordInUrl = new("GW2021", "The URL of Redis holds a password");
    public static readonly FindingCode RedisPlain = new("GW2022", "The connection to Redis is plain");
    public static readonly FindingCode RedisPasswordMissing = new("GW2023", "The password of Redis is not to be had");

    public static readonly FindingCode ServerSetting = new("GW2100", "A setting of the server is refused");
    public static readonly FindingCode ServerNotStarted = new("GW2101", "The server could not start");

    /// <summary>All codes by id; the repository's test holds docs/findings/ against it.</summary>
    public static IReadOnlyDictionary<string, FindingCode> All { get; } =
        typeof(FindingCodes).GetFields().Where(f => f.FieldType == typeof(FindingCode))
            .Select(f => (FindingCode)f.GetValue(null)!).ToDictionary(c => c.Id, StringComparer.Ordinal);
}
