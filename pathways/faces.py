"""Every page and every API of every feature, in the order in which addresses are tried."""

from __future__ import annotations

from pathways.badges.api import achievements as badge_achievements_api
from pathways.badges.api import credentials as badge_credentials_api
from pathways.badges.api import endorsements as badge_endorsements_api
from pathways.badges.api import evidence as badge_evidence_api
from pathways.badges.api import host as badge_host_api
from pathways.badges.api import issuers as badge_issuers_api
from pathways.badges.api import juries as badge_juries_api
from pathways.badges.api import requests as badge_requests_api
from pathways.badges.api import verify as badge_verify_api
from pathways.badges.pages import achievement_parts as achievement_part_pages
from pathways.badges.pages import achievements as achievement_pages
from pathways.badges.pages import candidacy as candidacy_pages
from pathways.badges.pages import catalogue as badge_catalogue_pages
from pathways.badges.pages import co_leading as co_leading_pages
from pathways.badges.pages import credential as credential_pages
from pathways.badges.pages import criteria_desk as criteria_pages
from pathways.badges.pages import endorsing as endorsing_pages
from pathways.badges.pages import gathering as gathering_pages
from pathways.badges.pages import holder as holder_pages
from pathways.badges.pages import holder_badges as holder_badge_pages
from pathways.badges.pages import jury as jury_pages
from pathways.badges.pages import machine_documents as badge_machine_pages
from pathways.badges.pages import network as network_pages
from pathways.badges.pages import network_badges as network_badge_pages
from pathways.badges.pages import network_jury as network_jury_pages
from pathways.badges.pages import network_keys as network_key_pages
from pathways.badges.pages import open_badges_2 as open_badges_2_pages
from pathways.badges.pages import results_brought as brought_pages
from pathways.badges.pages import seats_brought as seat_brought_pages
from pathways.badges.pages import session_badges as session_badge_pages
from pathways.badges.pages import shares as share_pages
from pathways.badges.pages import verify as verify_pages
from pathways.calibrations import api as calibrations_api
from pathways.calibrations import pages as calibration_pages
from pathways.diagnostics.api import learner as learner_api
from pathways.diagnostics.api import paper as paper_api
from pathways.diagnostics.api import sharing as sharing_api
from pathways.diagnostics.api import trainer as trainer_api
from pathways.diagnostics.pages import audit as audit_pages
from pathways.diagnostics.pages import composer as compose_pages
from pathways.diagnostics.pages import diagnostic as trainer_pages
from pathways.diagnostics.pages import learner as learner_pages
from pathways.diagnostics.pages import paper as paper_pages
from pathways.diagnostics.pages import quality as quality_pages
from pathways.diagnostics.pages import result as result_pages
from pathways.diagnostics.pages import sharing as sharing_pages
from pathways.directory import api as directory_api
from pathways.directory.pages import feeds as directory_feeds
from pathways.directory.pages import search as directory_pages
from pathways.directory.pages import vans as van_pages
from pathways.fairness import api as fairness_api
from pathways.fairness import pages as fairness_pages
from pathways.filing import api as filing_api
from pathways.filing import attempt_pages as filed_pages
from pathways.filing import pages as filing_pages
from pathways.insights import api as insights_api
from pathways.insights import coordination_pages, profile_pages, reason_pages, reasons_api, typical_api, typical_pages
from pathways.insights import pages as insights_pages
from pathways.items.api import bank as items_api
from pathways.items.api import exchange as exchange_api
from pathways.items.pages import authoring as authoring_pages
from pathways.items.pages import bank as bank_pages
from pathways.items.pages import exchange as exchange_pages
from pathways.items.pages import media as items_pages
from pathways.learning.api import goals as goals_api
from pathways.learning.api import journeys as journeys_api
from pathways.learning.api import pathways as pathways_api
from pathways.learning.api import plans as plans_api
from pathways.learning.api import proposals as proposals_api
from pathways.learning.api import referrals as referrals_api
from pathways.learning.api import resources as resources_api
from pathways.learning.api import tandems as tandems_api
from pathways.learning.pages import choice as choice_pages
from pathways.learning.pages import exchange as exchange_of_people_pages
from pathways.learning.pages import goals as goal_pages
from pathways.learning.pages import group as pathway_group_pages
from pathways.learning.pages import journey as journey_pages
from pathways.learning.pages import papers as pathway_papers
from pathways.learning.pages import pathway as pathway_pages
from pathways.learning.pages import practice as practice_pages
from pathways.learning.pages import referral_slips as referral_slip_pages
from pathways.learning.pages import referrals as referral_pages
from pathways.learning.pages import resources as resource_pages
from pathways.learning.pages import sheets as sheet_pages
from pathways.learning.pages import templates as pathway_template_pages
from pathways.learning.pages import terms as terms_pages
from pathways.learning.pages import trainer as pathway_desk_pages
from pathways.learning.pages import with_person as pathway_choice_pages
from pathways.learning.pages import workshops as learning_pages
from pathways.people import api as people_api
from pathways.people.pages import account as account_pages
from pathways.people.pages import entrance as entrance_pages
from pathways.people.pages import invitation as invitation_pages
from pathways.people.pages import journal as journal_pages
from pathways.people.pages import organisation as organisation_pages
from pathways.people.pages import server as server_pages
from pathways.people.pages import settings as settings_pages
from pathways.places.api import basins as basins_api
from pathways.places.api import files as place_files_api
from pathways.places.api import places as places_api
from pathways.places.api import tours as tours_api
from pathways.places.pages import basin as basin_pages
from pathways.places.pages import files as place_files_pages
from pathways.places.pages import house as house_pages
from pathways.places.pages import place as place_pages
from pathways.places.pages import tour as tour_pages
from pathways.reception import api as reception_api
from pathways.reception import pages as reception_pages
from pathways.referentials import api as ladders_api
from pathways.referentials import pages as ladder_pages
from pathways.teams import api as teams_api
from pathways.teams.pages import choices as team_choice_pages
from pathways.teams.pages import coverage as team_coverage_pages
from pathways.teams.pages import join as join_pages
from pathways.teams.pages import own as team_own_pages
from pathways.teams.pages import person as team_person_pages
from pathways.teams.pages import team as team_pages
from pathways.translations import api as translations_api
from pathways.translations.pages import coverage as translation_coverage_pages
from pathways.translations.pages import files as translation_files_pages
from pathways.translations.pages import item as translation_pages
from pathways.translations.pages import queue as translations_pages
from pathways.voices import api as voices_api
from pathways.voices import pages as voice_pages
from pathways.voices import speaker_pages
from pathways.web import files
from pathways.workshops.api import attendance as attendance_api
from pathways.workshops.api import bookings as bookings_api
from pathways.workshops.api import changes as changes_api
from pathways.workshops.api import means as means_api
from pathways.workshops.api import offers as workshops_api
from pathways.workshops.api import sessions as sessions_api
from pathways.workshops.api import slips as slips_api
from pathways.workshops.api import webhooks as webhooks_api
from pathways.workshops.api import wishes as wishes_api
from pathways.workshops.pages import activity as activity_pages
from pathways.workshops.pages import attendance as attendance_pages
from pathways.workshops.pages import certificates as certificate_pages
from pathways.workshops.pages import day as day_pages
from pathways.workshops.pages import demand as demand_pages
from pathways.workshops.pages import desk_booking as booking_pages
from pathways.workshops.pages import means as means_pages
from pathways.workshops.pages import notices as notice_pages
from pathways.workshops.pages import offers as workshop_pages
from pathways.workshops.pages import prescribing as prescriber_pages
from pathways.workshops.pages import public as public_session_pages
from pathways.workshops.pages import series as series_pages
from pathways.workshops.pages import sessions as session_pages
from pathways.workshops.pages import slip as slip_pages
from pathways.workshops.pages import tasks as task_pages
from pathways.workshops.pages import waiting as waiting_pages
from pathways.workshops.pages import webhooks as webhook_pages
from pathways.workshops.pages import wishes as wish_pages

APIS = (
    learner_api,
    sharing_api,
    trainer_api,
    paper_api,
    insights_api,
    reasons_api,
    exchange_api,  # before the bank's, which takes any word for a question's code
    items_api,
    translations_api,
    ladders_api,
    people_api,
    filing_api,
    reception_api,
    voices_api,
    fairness_api,
    calibrations_api,
    attendance_api,
    place_files_api,  # before the places', which take any word for an id
    places_api,
    tours_api,
    basins_api,
    bookings_api,
    slips_api,
    changes_api,
    webhooks_api,
    wishes_api,
    workshops_api,
    sessions_api,
    means_api,
    directory_api,
    plans_api,
    proposals_api,
    pathways_api,
    journeys_api,
    typical_api,
    goals_api,
    referrals_api,
    tandems_api,
    resources_api,
    badge_verify_api,
    badge_achievements_api,
    badge_credentials_api,
    badge_endorsements_api,
    badge_evidence_api,
    badge_issuers_api,
    badge_juries_api,
    badge_requests_api,
    teams_api,
)
PAGES = (
    reception_pages,
    learner_pages,
    result_pages,
    learning_pages,
    pathway_template_pages,
    pathway_group_pages,  # both before one pathway, whose address takes any id
    pathway_desk_pages,
    pathway_choice_pages,
    practice_pages,
    sheet_pages,
    resource_pages,
    goal_pages,
    journey_pages,
    referral_pages,
    referral_slip_pages,
    exchange_of_people_pages,
    terms_pages,
    choice_pages,
    pathway_pages,
    pathway_papers,
    sharing_pages,
    compose_pages,
    trainer_pages,
    quality_pages,
    audit_pages,
    paper_pages,
    insights_pages,
    profile_pages,
    reason_pages,
    coordination_pages,
    typical_pages,
    entrance_pages,
    invitation_pages,
    account_pages,
    organisation_pages,
    settings_pages,
    journal_pages,
    server_pages,
    filing_pages,
    filed_pages,
    exchange_pages,
    authoring_pages,
    bank_pages,  # after every other page under /items/: it takes any word for a question's code
    items_pages,
    translations_pages,
    translation_coverage_pages,
    translation_files_pages,
    translation_pages,  # after every other page under /translations/: it takes any word for a question's code
    fairness_pages,
    calibration_pages,
    ladder_pages,
    place_files_pages,
    house_pages,
    tour_pages,
    basin_pages,
    place_pages,  # after every other page under /places/
    voice_pages,
    speaker_pages,
    attendance_pages,
    certificate_pages,
    activity_pages,
    day_pages,
    public_session_pages,
    slip_pages,
    waiting_pages,
    wish_pages,
    demand_pages,
    prescriber_pages,  # before the bookings', which take any word for a booking's id
    booking_pages,
    task_pages,
    notice_pages,
    webhook_pages,
    workshop_pages,
    session_pages,
    series_pages,
    means_pages,
    directory_feeds,  # before the vans, whose addresses end otherwise
    van_pages,
    directory_pages,
    verify_pages,
    network_pages,
    network_jury_pages,
    network_badge_pages,
    network_key_pages,
    badge_machine_pages,
    achievement_pages,
    achievement_part_pages,
    criteria_pages,
    badge_catalogue_pages,
    candidacy_pages,
    gathering_pages,
    co_leading_pages,
    endorsing_pages,
    jury_pages,
    holder_pages,
    holder_badge_pages,
    share_pages,
    brought_pages,
    seat_brought_pages,
    credential_pages,
    open_badges_2_pages,
    badge_host_api,  # at an address of its own, that the specification says
    session_badge_pages,
    team_pages,
    team_coverage_pages,
    team_choice_pages,
    team_person_pages,
    team_own_pages,
    join_pages,
    files,
)
