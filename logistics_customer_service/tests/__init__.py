from .customer import test_profile
from .customer import test_profile_merge
from .customer import test_profile_facts
from .customer import test_documents
from .tiering import test_tiering
from .tiering import test_tier_scheme
from .tiering import test_run
from .shipment import test_shipment
from .shipment import test_carrier_api
from .shipment import test_arrival
from .tracking import test_tracking_link
from .tracking import test_tracking_page
from .tracking import test_portal_deliveries
from .reason import test_reason
from .shipment import test_exceptions
from .notice import test_occasions
from .notice import test_sending
from .notice import test_tracking_in_notices
from .notice import test_notice_performance
from .survey import test_asking
from .survey import test_on_the_spot
from .survey import test_calendar
from .survey import test_survey_wizards
from .survey import test_survey_performance
from .clock import test_sla_policy
from .clock import test_clock
from .clock import test_escalation
from .clock import test_countdown
from .complaint import test_complaint
from .complaint import test_intake
from .complaint import test_mail
from .complaint import test_api
from .complaint import test_mail_shapes
from .complaint import test_assignment
from .complaint import test_distribution
from .complaint import test_merge
from .complaint import test_security as test_complaint_security
from .complaint import test_performance as test_complaint_performance
from .external import test_external
from .library import test_lesson
from .report import test_delivery_report
from .indicator import test_indicator
from .indicator import test_goal
from .report import test_indicators
from .cod import test_cod
from .report import test_reports
from .report import test_complaint_report
from .report import test_case_dashboard
from .resolution import test_authority
from .resolution import test_execution
from .resolution import test_resolution
from .callback import test_callback
from .callback import test_course as test_callback_course
from .callback import test_call_screen
from .callback import test_contact_dashboard
from .visit import test_visit
from .visit import test_visit_calendar
from .visit import test_visit_planning
from .callback import test_agent_hour
from .care import test_planning as test_care_planning
from .care import test_greeting
from .care import test_greeting_page
from .care import test_care_performance
from .visit import test_visit_tour
from .selfservice import test_portal_cases
from .selfservice import test_service_form
from .selfservice import test_form_at_once
from .selfservice import test_remark_case
from .export import test_export
from .answering import test_token as test_answer_token
from .answering import test_answer_page
from .answering import test_rating
from .answering import test_phone as test_answer_phone
from .answering import test_answer_browser
from .feedback import test_take_answers
from .feedback import test_reaction
from .feedback import test_questionnaire
from .feedback import test_score_facts
from .insight import test_feedback_report
from .insight import test_why
from .insight import test_board
from .insight import test_themes
from .insight import test_improvement
from .insight import test_satisfaction_indicators
from .insight import test_screens
from .budget import test_budget
from .budget import test_contacts
from .budget import test_foresight
from .budget import test_at_once as test_budget_at_once
from .visitreport import test_urgent as test_visit_urgent
from .visitreport import test_daily as test_visit_daily
from .visitreport import test_monthly as test_visit_monthly
from .visitreport import test_visit_report_access
from . import test_security
from . import test_multicompany
from . import test_performance
from . import test_tours
from . import test_translation
from .upgrade import test_renames
