// The events a ledger may hold, as values: one struct per payload table of
// schema/events/*.fbs, the variant over all of them, and their codec.
//
// The structs are the FlatBuffers object API's; adding an event is a table in
// a .fbs file and a line in `Event`. The wire name is the table's name, for
// ever. Bytes that are no known, valid payload decode to nothing: the caller
// knows the position and makes that an error or, for an unknown type, shows
// the event raw.
//
// Everything here is pure and thread-safe.

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "schema/fb/ledger_generated.h"
#include "schema/fb/plan_generated.h"
#include "schema/fb/release_generated.h"

namespace schema {

using fb::Checkout;
using fb::Location;
using fb::Mode;
using fb::Outcome;

using Acceptance = fb::AcceptanceT;
using Approval = fb::ApprovalT;
using BaselineUsed = fb::BaselineUsedT;
using Bug = fb::BugT;
using Channel = fb::ChannelT;
using Check = fb::CheckT;
using Forge = fb::ForgeT;
using Metric = fb::MetricT;
using MetricDoubt = fb::MetricDoubtT;
using MetricRule = fb::MetricRuleT;
using MetricSource = fb::MetricSourceT;
using MetricsOut = fb::MetricsOutT;
using Output = fb::OutputT;
using OutputRule = fb::OutputRuleT;
using Person = fb::PersonT;
using Plan = fb::PlanT;
using Project = fb::ProjectT;
using RoleMembers = fb::RoleMembersT;
using RunSettings = fb::RunSettingsT;
using Tracker = fb::TrackerT;
using Validation = fb::ValidationT;
using WaiverPolicy = fb::WaiverPolicyT;

using AnnouncementDoubted = fb::AnnouncementDoubtedT;
using AnnouncementPosted = fb::AnnouncementPostedT;
using AnnouncementPrepared = fb::AnnouncementPreparedT;
using AnnouncementRefused = fb::AnnouncementRefusedT;
using AnnouncementSettled = fb::AnnouncementSettledT;
using ApprovalGranted = fb::ApprovalGrantedT;
using ApprovalRevoked = fb::ApprovalRevokedT;
using BranchCreated = fb::BranchCreatedT;
using BranchCreationStarted = fb::BranchCreationStartedT;
using BugCheckFailed = fb::BugCheckFailedT;
using BugCheckInconclusive = fb::BugCheckInconclusiveT;
using BugCheckPassed = fb::BugCheckPassedT;
using ForgeReleasePrepared = fb::ForgeReleasePreparedT;
using ForgeReleasePublished = fb::ForgeReleasePublishedT;
using GateImported = fb::GateImportedT;
using LedgerCreated = fb::LedgerCreatedT;
using LedgerHead = fb::LedgerHeadT;
using LedgerRecovered = fb::LedgerRecoveredT;
using LedgerRestored = fb::LedgerRestoredT;
using ManualConfirmationGiven = fb::ManualConfirmationGivenT;
using MetricsNotSent = fb::MetricsNotSentT;
using MetricsSendingStarted = fb::MetricsSendingStartedT;
using MetricsSent = fb::MetricsSentT;
using ModeRaised = fb::ModeRaisedT;
using NewLedgerAccepted = fb::NewLedgerAcceptedT;
using PayloadRedacted = fb::PayloadRedactedT;
using PlanRecorded = fb::PlanRecordedT;
using PublicationPrepared = fb::PublicationPreparedT;
using PublicationRefused = fb::PublicationRefusedT;
using PullRequestMergePrepared = fb::PullRequestMergePreparedT;
using PullRequestMerged = fb::PullRequestMergedT;
using PullRequestOpened = fb::PullRequestOpenedT;
using PullRequestPrepared = fb::PullRequestPreparedT;
using PullRequestRefused = fb::PullRequestRefusedT;
using ReleaseAbandoned = fb::ReleaseAbandonedT;
using ReleaseCompleted = fb::ReleaseCompletedT;
using ReleaseImported = fb::ReleaseImportedT;
using ReleaseNotesPrepared = fb::ReleaseNotesPreparedT;
using ReleaseNotesWritten = fb::ReleaseNotesWrittenT;
using ReleaseReconciled = fb::ReleaseReconciledT;
using ReleaseSetBack = fb::ReleaseSetBackT;
using ReleaseStarted = fb::ReleaseStartedT;
using ReleaseYanked = fb::ReleaseYankedT;
using StableMerged = fb::StableMergedT;
using StepFailed = fb::StepFailedT;
using TagCreated = fb::TagCreatedT;
using TagPushed = fb::TagPushedT;
using ValidationCancelRequested = fb::ValidationCancelRequestedT;
using ValidationCompleted = fb::ValidationCompletedT;
using ValidationDoubted = fb::ValidationDoubtedT;
using ValidationImported = fb::ValidationImportedT;
using ValidationJobRunning = fb::ValidationJobRunningT;
using ValidationRejudged = fb::ValidationRejudgedT;
using ValidationSettled = fb::ValidationSettledT;
using ValidationSkipped = fb::ValidationSkippedT;
using ValidationStarted = fb::ValidationStartedT;
using ValidationSubmitted = fb::ValidationSubmittedT;
using WaiverConfirmed = fb::WaiverConfirmedT;
using WaiverGranted = fb::WaiverGrantedT;
using WriterKeyAdded = fb::WriterKeyAddedT;

// Every event type of this build. The order is not persisted.
using Event = std::variant<LedgerCreated,
                           WriterKeyAdded,
                           NewLedgerAccepted,
                           LedgerRecovered,
                           LedgerRestored,
                           PayloadRedacted,
                           ReleaseStarted,
                           ModeRaised,
                           PlanRecorded,
                           BranchCreationStarted,
                           BranchCreated,
                           BugCheckPassed,
                           BugCheckFailed,
                           BugCheckInconclusive,
                           ManualConfirmationGiven,
                           ValidationStarted,
                           ValidationSubmitted,
                           ValidationJobRunning,
                           ValidationDoubted,
                           ValidationSettled,
                           ValidationCancelRequested,
                           ValidationCompleted,
                           ValidationRejudged,
                           ValidationSkipped,
                           ApprovalGranted,
                           ApprovalRevoked,
                           WaiverGranted,
                           WaiverConfirmed,
                           ReleaseNotesPrepared,
                           ReleaseNotesWritten,
                           PublicationPrepared,
                           PublicationRefused,
                           StableMerged,
                           PullRequestPrepared,
                           PullRequestOpened,
                           PullRequestMergePrepared,
                           PullRequestMerged,
                           PullRequestRefused,
                           ForgeReleasePrepared,
                           ForgeReleasePublished,
                           TagCreated,
                           TagPushed,
                           ReleaseCompleted,
                           ReleaseAbandoned,
                           ReleaseYanked,
                           StepFailed,
                           ReleaseSetBack,
                           ReleaseReconciled,
                           AnnouncementPrepared,
                           AnnouncementPosted,
                           AnnouncementRefused,
                           AnnouncementDoubted,
                           AnnouncementSettled,
                           MetricsSendingStarted,
                           MetricsSent,
                           MetricsNotSent,
                           ReleaseImported,
                           ValidationImported,
                           GateImported>;

// The wire name of T, which is the name of its table: "BranchCreated".
template <class T>
constexpr std::string_view type_name_of() {
  std::string_view full = T::TableType::GetFullyQualifiedName();
  return full.substr(full.rfind('.') + 1);
}

std::string_view type_name(const Event& event);
// Of every type of this build.
std::vector<std::string> type_names();

// The payload version this build writes for a type: schema/upcast.h.
std::uint16_t payload_version(std::string_view type);

std::string encode_payload(const Event& event);

// An older version is made into the newest. Nothing for an unknown type or a
// newer version, and for bytes that do not verify.
std::optional<Event> decode_payload(std::string_view type,
                                    std::uint16_t schema_version,
                                    std::string_view payload);

// `data` of an event as history prints it: the payload's field names, every
// field present, null for nothing. A check's bound is a number, or [low, high]
// for a range; metrics are one object from key to value.
nlohmann::json to_json(const Event& event);
nlohmann::json to_json(const Plan& plan);
nlohmann::json to_json(const Validation& validation);
nlohmann::json to_json(const Approval& approval);
nlohmann::json to_json(const Check& check);

std::string_view word(Outcome outcome);
std::string_view word(Mode mode);
std::string_view word(Location location);

}  // namespace schema
